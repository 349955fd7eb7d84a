#include "engine/questions.hpp"

#include <type_traits>
#include <utility>

#include "engine/awaited_ends.hpp"
#include "engine/messages.hpp"
#include "engine/values.hpp"
#include "model/limits.hpp"
#include "model/message_table.hpp"
#include "model/overloaded.hpp"

namespace duroxide::storage {

bool answer_from_store(Transaction& transaction, const WorkItem& item) {
  // A branch for each kind of message whose entry in the table says `AsksStore`; one that is missing
  // does not compile.
  const auto answer_to = model::Overloaded{[&](const work::ReadKeyValue& read) {
    require(model::check_instance_id(read.instance));
    require(model::check_key(read.key));
    const auto number = transaction.instances().find(read.instance);
    auto found = number ? find_value(transaction.batch(), *number, read.key) : std::nullopt;
    work::KeyValueRead answer;
    if (found) {
      answer.value = std::move(found->value);
    }
    return answer;
  }};
  return std::visit(
      [&]<class Message>(const Message& question) {
        if constexpr (std::is_same_v<Message, work::AwaitInstance>) {
          await_end(transaction, question);  // which may be answered later
          return true;
        } else if constexpr (std::is_base_of_v<model::AsksStore, model::MessageOf<Message>>) {
          auto answer = answer_to(question);
          answer.instance = question.reader.instance;
          answer.execution_id = question.reader.execution_id;
          answer.id = question.reader.event_id;
          deliver_if_running(transaction, answer, answer.execution_id);
          return true;
        } else {
          return false;
        }
      },
      item);
}

}  // namespace duroxide::storage
