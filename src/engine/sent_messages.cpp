#include "engine/sent_messages.hpp"

#include <cstdint>

#include "engine/children.hpp"
#include "engine/messages.hpp"
#include "engine/questions.hpp"
#include "engine/rewinding.hpp"
#include "engine/starts.hpp"
#include "model/kinds.hpp"

namespace duroxide::storage {

namespace {

/// Answers that are worth nothing to a later execution. A child's answer is: its parent learns of
/// it whatever execution that is in.
std::uint64_t bound_execution(const WorkItem& item) {
  const auto answer = model::answer_in(item);
  return answer && model::errand_of(answer->step) != model::Errand::child ? answer->execution_id
                                                                          : 0;
}

}  // namespace

void deliver_from_turn(Transaction& transaction, const WorkItem& item) {
  if (answer_from_store(transaction, item)) {
    return;
  }
  const auto* start = std::get_if<work::StartOrchestration>(&item);
  if (start == nullptr) {
    check_message(item);
    // To a damaged instance it is lost, as to one that is gone, and the sender goes on.
    if (!transaction.unless_damaged(target_instance(item), [&] {
          deliver_if_running(transaction, item, bound_execution(item));
        })) {
      transaction.log(LogLevel::warn, "a message that another instance sent to it is dropped",
                      target_instance(item));
    }
    return;
  }
  check_start(*start);
  Children children;
  children.try_again = true;
  start_child(transaction, *start, children);
  rewind_children(transaction, children);
}

}  // namespace duroxide::storage
