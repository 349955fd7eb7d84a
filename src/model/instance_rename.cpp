#include "model/instance_rename.hpp"

#include <variant>

#include "model/ids.hpp"

namespace duroxide::model {

void readdress(WorkItem& message, const std::string& instance) {
  std::visit(
      [&](auto& item) {
        item.instance = instance;
        if constexpr (requires { item.parent; }) {
          item.parent.reset();
        }
      },
      message);
}

void become_root(std::vector<Event>& events, std::uint64_t execution_id, const std::string& before,
                 const std::string& after) {
  for (Event& event : events) {
    if (auto* started = std::get_if<event::OrchestrationStarted>(&event.kind)) {
      started->parent.reset();
    }
    auto* child = std::get_if<event::SubOrchestrationScheduled>(&event.kind);
    if (child != nullptr &&
        child->instance == child_instance_id(before, execution_id, event.event_id)) {
      child->instance = child_instance_id(after, execution_id, event.event_id);
    }
  }
}

void rename_instance(InstanceExport& exported, const std::string& instance) {
  if (exported.instance_id == instance) {
    return;
  }
  for (ExportedExecution& execution : exported.executions) {
    become_root(execution.events, execution.execution_id, exported.instance_id, instance);
  }
  for (WorkItem& message : exported.messages) {
    readdress(message, instance);
  }
  exported.parent.reset();
  exported.instance_id = instance;
}

}  // namespace duroxide::model
