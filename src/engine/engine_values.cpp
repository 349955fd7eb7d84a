// Key-value state and custom status: what an instance lets others see.

#include <set>
#include <type_traits>
#include <utility>

#include "engine/engine.hpp"
#include "engine/values.hpp"
#include "model/limits.hpp"
#include "model/message_table.hpp"
#include "model/overloaded.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

namespace {

void check_values(const std::vector<provider::ValueChange>& changes) {
  std::set<std::string_view> keys;
  for (const auto& [key, value] : changes) {
    require(model::check_key(key));
    if (!keys.insert(key).second) {
      throw_invalid("the key `" + key + "` is changed twice; send the last change only");
    }
    if (value) {
      require(model::check_payload("value of key `" + key + "`", value->value));
      if (value->key != key) {
        throw_invalid("the change of key `" + key + "` has a value of key `" + value->key + "`");
      }
    }
  }
}

}  // namespace

void Engine::change_values(const provider::AckOrchestrationItem& request, Number number) {
  check_values(request.values);
  for (const auto& [key, value] : request.values) {
    if (value) {
      batch_.put(Table::values, value_key(number, key), encode_value(*value));
    } else {
      batch_.erase(Table::values, value_key(number, key));
    }
  }
  if (request.custom_status) {
    const auto& [status, version] = *request.custom_status;
    require(model::check_payload("custom status", status.value_or(std::string())));
    batch_.put(Table::custom_status, make_key(number),
               encode_custom_status(CustomStatus{status, version}));
  }
  if (!request.values.empty() || request.custom_status) {
    transaction_.after_applied([this, number] { outcome_.changed.insert(number); });
  }
}

bool Engine::answer_from_store(const WorkItem& item) {
  // A branch for each kind of message whose entry in the table says `AsksStore`; one that is missing
  // does not compile.
  const auto answer_to = model::Overloaded{[&](const work::ReadKeyValue& read) {
    require(model::check_instance_id(read.instance));
    require(model::check_key(read.key));
    const auto number = instances_.find(read.instance);
    auto found = number ? find_value(batch_, *number, read.key) : std::nullopt;
    work::KeyValueRead answer;
    if (found) {
      answer.value = std::move(found->value);
    }
    return answer;
  }};
  return std::visit(
      [&]<class Message>(const Message& question) {
        if constexpr (std::is_base_of_v<model::AsksStore, model::MessageOf<Message>>) {
          auto answer = answer_to(question);
          answer.instance = question.reader.instance;
          answer.execution_id = question.reader.execution_id;
          answer.id = question.reader.event_id;
          deliver_if_running(answer, answer.execution_id);
          return true;
        } else {
          return false;
        }
      },
      item);
}

void Engine::get_value(const provider::GetValue& request, const ValueReply& reply) {
  if (stopped_) {
    reply(failure(closed_error("get_value")));
    return;
  }
  reply(answer_of<std::optional<StoredValue>>("get_value", [&]() -> std::optional<StoredValue> {
    require(model::check_key(request.key));
    const ReadView& view = batch_.committed();
    const auto number = find_number(view, request.instance);
    return number ? load_value(view, *number, request.key) : std::nullopt;
  }));
}

void Engine::get_values(const std::string& instance, const ValuesReply& reply) {
  if (stopped_) {
    reply(failure(closed_error("get_values")));
    return;
  }
  reply(answer_of<std::vector<StoredValue>>("get_values", [&] {
    const ReadView& view = batch_.committed();
    const auto number = find_number(view, instance);
    return number ? load_values(view, *number) : std::vector<StoredValue>{};
  }));
}

}  // namespace duroxide::storage
