#include "model/history_check.hpp"

#include <algorithm>

#include "model/kinds.hpp"

namespace duroxide::model {

Checked check_history(const std::vector<Event>& history) {
  if (history.empty() || role_of(history.front().kind) != Role::begins) {
    return flaw("it does not begin with OrchestrationStarted");
  }
  for (std::size_t i = 0; i < history.size(); ++i) {
    const Event& event = history[i];
    if (event.event_id != i + 1) {
      return flaw("event " + std::to_string(i + 1) + " has the number " +
                  std::to_string(event.event_id));
    }
    if (i > 0 && role_of(event.kind) == Role::begins) {
      return flaw("event " + std::to_string(event.event_id) + " is a second " +
                  std::string(event_type(event.kind)));
    }
    const std::uint64_t source = event.source_event_id;
    // Only what stands before an event can be its source.
    if (source > i || !can_answer(event.kind, source == 0 ? nullptr : &history[source - 1])) {
      return flaw("event " + std::to_string(event.event_id) + ", " + describe(event.kind) +
                  ", cannot answer event " + std::to_string(source));
    }
  }
  return {};
}

bool has_ended(const std::vector<Event>& history) {
  return std::any_of(history.begin(), history.end(),
                     [](const Event& event) { return is_terminal(event.kind); });
}

}  // namespace duroxide::model
