#include "gateway/copy/needed_instances.hpp"

#include <set>

#include <duroxide/instance_export.hpp>

#include "model/open_steps.hpp"

namespace duroxide::gateway {

std::vector<std::string> needed_instances(std::string_view document) {
  const auto exported = instance_from_json(document);
  if (!exported || exported->executions.empty()) {
    return {};
  }
  const auto open = model::find_open_steps(exported->executions.back().events);
  if (!open || open->ended) {
    return {};
  }
  std::set<std::string> needed;
  for (const auto& child : open->of<event::SubOrchestrationScheduled>()) {
    needed.insert(child.what.instance);
  }
  for (const auto& awaited : open->of<event::InstanceAwaited>()) {
    needed.insert(awaited.what.instance);
  }
  needed.erase(exported->instance_id);
  return {needed.begin(), needed.end()};
}

}  // namespace duroxide::gateway
