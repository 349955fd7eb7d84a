#include "replay/history_check.hpp"

#include <algorithm>
#include <variant>

#include "model/overloaded.hpp"

namespace duroxide::replay {

namespace {

template <class Kind>
bool is(const Event* event) {
  return event != nullptr && std::holds_alternative<Kind>(event->kind);
}

/// Whether an event of this kind may answer, or cancel, `source`; null stands for nothing.
bool can_answer(const EventKind& kind, const Event* source) {
  return std::visit(
      model::Overloaded{
          [&](const event::ActivityCompleted&) { return is<event::ActivityScheduled>(source); },
          [&](const event::ActivityFailed&) { return is<event::ActivityScheduled>(source); },
          [&](const event::ActivityCancelRequested&) {
            return is<event::ActivityScheduled>(source);
          },
          [&](const event::TimerFired&) { return is<event::TimerCreated>(source); },
          [&](const event::TimerCancelled&) { return is<event::TimerCreated>(source); },
          [&](const event::ExternalSubscribedCancelled&) {
            return is<event::ExternalSubscribed>(source);
          },
          [&](const event::SubOrchestrationCompleted&) {
            return is<event::SubOrchestrationScheduled>(source);
          },
          [&](const event::SubOrchestrationFailed&) {
            return is<event::SubOrchestrationScheduled>(source);
          },
          [&](const event::SubOrchestrationCancelRequested&) {
            return is<event::SubOrchestrationScheduled>(source);
          },
          [&](const event::QueueSubscriptionCancelled&) {
            return is<event::QueueSubscribed>(source);
          },
          [&](const event::KeyValueReadCompleted&) {
            return is<event::KeyValueReadScheduled>(source);
          },
          [&](const auto&) { return source == nullptr; }},
      kind);
}

}  // namespace

std::string find_damage(const std::vector<Event>& history) {
  if (history.empty() ||
      !std::holds_alternative<event::OrchestrationStarted>(history.front().kind)) {
    return "it does not begin with OrchestrationStarted";
  }
  for (std::size_t i = 0; i < history.size(); ++i) {
    const Event& event = history[i];
    if (event.event_id != i + 1) {
      return "event " + std::to_string(i + 1) + " has the number " + std::to_string(event.event_id);
    }
    const std::uint64_t source = event.source_event_id;
    // Only what stands before an event can be its source.
    if (source > i || !can_answer(event.kind, source == 0 ? nullptr : &history[source - 1])) {
      return "event " + std::to_string(event.event_id) + ", " + describe(event.kind) +
             ", cannot answer event " + std::to_string(source);
    }
  }
  return {};
}

bool has_ended(const std::vector<Event>& history) {
  return std::any_of(history.begin(), history.end(),
                     [](const Event& event) { return is_terminal(event.kind); });
}

}  // namespace duroxide::replay
