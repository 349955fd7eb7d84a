#include "engine/kept_messages.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "engine/open_steps.hpp"
#include "model/overloaded.hpp"

namespace duroxide::storage {

bool is_kept(const WorkItem& message, std::uint64_t execution) {
  return std::visit(
      model::Overloaded{
          [](const work::ExternalRaised&) { return true; },
          [](const work::QueueMessage&) { return true; },
          [&](const work::ActivityCompleted& item) { return item.execution_id == execution; },
          [&](const work::TimerFired& item) { return item.execution_id == execution; },
          [&](const work::SubOrchCompleted& item) { return item.execution_id == execution; },
          [&](const work::KeyValueRead& item) { return item.execution_id == execution; },
          [](const auto&) { return false; }},
      message);
}

void add_kept(const ExecutionOf& execution, const std::vector<Event>& history,
              std::vector<WorkItem> kept_messages, std::vector<WorkItem>& messages) {
  const auto open = find_open_steps(history);
  if (!open) {
    return;
  }
  auto answered = answered_by(execution, messages);
  const auto awaited = [&](const auto& steps, std::uint64_t event_id) {
    return std::any_of(steps.begin(), steps.end(),
                       [&](const auto& step) { return step.event_id == event_id; }) &&
           answered.insert(event_id).second;
  };
  for (WorkItem& message : kept_messages) {
    const bool finds_somebody =
        is_kept(message, execution.execution_id) &&
        std::visit(
            model::Overloaded{
                [&](const work::ActivityCompleted& item) {
                  return awaited(open->activities, item.id);
                },
                [&](const work::TimerFired& item) { return awaited(open->timers, item.id); },
                [&](const work::SubOrchCompleted& item) {
                  return awaited(open->children, item.id);
                },
                [&](const work::KeyValueRead& item) { return awaited(open->value_reads, item.id); },
                [](const auto&) { return true; }},
            message);
    if (finds_somebody) {
      messages.push_back(std::move(message));
    }
  }
}

}  // namespace duroxide::storage
