#include "model/unbegun.hpp"

#include <variant>

#include "model/engine_flags.hpp"

namespace duroxide::model {

event::OrchestrationStarted started_by(const ExecutionOf& execution,
                                       const std::optional<ParentLink>& parent,
                                       const std::optional<WorkItem>& message) {
  event::OrchestrationStarted started;
  started.name = execution.orchestration;
  started.version = execution.version;
  started.parent = parent;
  started.engine_flags = current_engine_flags;
  if (message) {
    if (const auto* start = std::get_if<work::StartOrchestration>(&*message)) {
      started.input = start->input;
      started.headers = start->headers;
    } else if (const auto* next = std::get_if<work::ContinueAsNew>(&*message)) {
      started.input = next->input;
      started.carried = next->carried;
      started.headers = next->headers;
    }
  }
  return started;
}

}  // namespace duroxide::model
