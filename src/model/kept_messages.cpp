#include "model/kept_messages.hpp"

#include <utility>

#include "model/kinds.hpp"
#include "model/open_steps.hpp"
#include "model/overloaded.hpp"

namespace duroxide::model {

bool is_kept(const WorkItem& message, std::uint64_t execution) {
  const auto answer = answer_in(message);
  return answer ? answer->execution_id == execution && !answer->is_failure : is_raised(message);
}

void add_kept(const ExecutionOf& execution, const std::vector<Event>& history,
              std::vector<WorkItem> kept_messages, std::vector<WorkItem>& messages) {
  const auto open = find_open_steps(history);
  if (!open) {
    return;
  }
  auto answered = answered_by(execution, messages);
  for (WorkItem& message : kept_messages) {
    const auto answer = answer_in(message);
    const bool finds_somebody = is_kept(message, execution.execution_id) &&
                                (!answer || (open->is_open(answer->step, answer->id) &&
                                             answered.insert(answer->id).second));
    if (finds_somebody) {
      messages.push_back(std::move(message));
    }
  }
}

}  // namespace duroxide::model
