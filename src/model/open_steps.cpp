#include "model/open_steps.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "model/execution_state.hpp"
#include "model/history_check.hpp"
#include "model/kinds.hpp"

namespace duroxide::model {

namespace {

class StepReader {
 public:
  explicit StepReader(const std::vector<Event>& history) : history_(history) {}

  /// Whether the next event fits.
  [[nodiscard]] Checked check(const Event& event) const {
    if (steps_.ended) {
      return flaw("event " + std::to_string(event.event_id) + ", " + describe(event.kind) +
                  ", stands behind the end of the execution");
    }
    const std::uint64_t source = event.source_event_id;
    if (source != 0 && open_.count(source) == 0 &&
        role_of(history_[source - 1].kind) != Role::waits) {
      return flaw("event " + std::to_string(event.event_id) + ", " + describe(event.kind) +
                  ", answers event " + std::to_string(source) + ", which has an answer already");
    }
    return {};
  }

  void take(const Event& event) {
    if (event.source_event_id != 0) {
      close(event.source_event_id);
    } else if (opens_step(role_of(event.kind))) {
      open_.emplace(event.event_id, &event);
    }
    note(state_.take(event, false));
    if (const auto* started = std::get_if<event::OrchestrationStarted>(&event.kind)) {
      steps_.parent = started->parent;
    } else if (std::holds_alternative<event::OrchestrationCancelRequested>(event.kind)) {
      steps_.cancel_requested = true;
    }
    steps_.ended = steps_.ended || is_terminal(event.kind);
  }

  [[nodiscard]] OpenSteps finish() && {
    steps_.state = state_.carried();
    steps_.updates = state_.updates().waiting();
    if (!steps_.ended) {
      for (const auto& [event_id, event] : open_) {
        steps_.steps.push_back({event_id, event->timestamp, event->kind});
      }
    }
    return std::move(steps_);
  }

 private:
  /// A wait that is given up although something has come to it in this reading: what the code did not
  /// look at goes to another.
  void close(std::uint64_t event_id) {
    open_.erase(event_id);
    const auto found = came_to_.find(event_id);
    if (found != came_to_.end()) {
      const auto [opening, arrived] = std::move(found->second);
      came_to_.erase(found);
      note(state_.give_back(opening->kind.index(), label_of(opening->kind), arrived.arrival,
                            arrived.data));
    }
  }

  void note(std::optional<Arrived> arrived) {
    const auto found = arrived ? open_.find(arrived->wait) : open_.end();
    if (found != open_.end()) {
      const Event* opening = found->second;
      open_.erase(found);
      came_to_.emplace(opening->event_id, std::pair(opening, std::move(*arrived)));
    }
  }

  const std::vector<Event>& history_;
  OpenSteps steps_;
  std::map<std::uint64_t, const Event*> open_;
  /// The waits that something has come to.
  std::map<std::uint64_t, std::pair<const Event*, Arrived>> came_to_;
  ExecutionState state_;
};

}  // namespace

bool OpenSteps::is_open(std::size_t step, std::uint64_t event_id) const {
  return std::any_of(steps.begin(), steps.end(), [&](const OpenStep& each) {
    return each.event_id == event_id && each.what.index() == step;
  });
}

bool OpenSteps::is_open(Errand errand, std::uint64_t event_id) const {
  return std::any_of(steps.begin(), steps.end(), [&](const OpenStep& each) {
    return each.event_id == event_id && errand_of(each.what.index()) == errand;
  });
}

Result<OpenSteps, Flaw> find_open_steps(const std::vector<Event>& history) {
  if (auto sound = check_history(history); !sound) {
    return failure(std::move(sound).error());
  }
  StepReader reader(history);
  for (const Event& event : history) {
    if (auto fits = reader.check(event); !fits) {
      return failure(std::move(fits).error());
    }
    reader.take(event);
  }
  return std::move(reader).finish();
}

OpenSteps find_steps_to_close(const std::vector<Event>& history) {
  StepReader reader(history);
  for (const Event& event : history) {
    reader.take(event);
  }
  OpenSteps open = std::move(reader).finish();
  const auto outside = [](const OpenStep& step) { return needs_closing(step.what); };
  open.steps.erase(std::stable_partition(open.steps.begin(), open.steps.end(), outside),
                   open.steps.end());
  return open;
}

}  // namespace duroxide::model
