#include "model/restore_plan.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "model/cancellation.hpp"
#include "model/kinds.hpp"

namespace duroxide::model {

namespace {

/// The number of events before the end and what it has closed. What the code itself gave up just
/// before is taken for that too: it gives it up again.
std::uint64_t size_before_end(const std::vector<Event>& history) {
  auto size = history.size();
  if (size == 0 || !is_terminal(history.back().kind)) {
    return size;
  }
  --size;
  while (size > 1 && role_of(history[size - 1].kind) == Role::gives_up) {
    --size;
  }
  return size;
}

/// Failures of the engine's own finding, which no activity and no child has brought: what it undoes
/// is the end alone.
bool is_verdict(const ErrorDetails& details) {
  switch (details.kind) {
    case ErrorKind::nondeterminism:
    case ErrorKind::spurious_suspension:
    case ErrorKind::limit_exceeded:
    case ErrorKind::storage:
    case ErrorKind::poisoned_orchestration:
    case ErrorKind::cancellation_ignored:
    case ErrorKind::invalid_payload:
      return details.chain.empty();
    default:
      return false;
  }
}

/// The event that a rewind undoes: the last of those that `is_it` says; else the end. Counted, and not
/// read from the event, whose number may be damaged.
template <class IsIt>
std::uint64_t size_before_last(const std::vector<Event>& history, const IsIt& is_it) {
  const auto last = std::find_if(history.rbegin(), history.rend(),
                                 [&](const Event& event) { return is_it(event.kind); });
  return last == history.rend() ? size_before_end(history)
                                : static_cast<std::uint64_t>(history.rend() - last) - 1;
}

/// Whether that is the side effect which could not be made, and whose error nobody caught.
bool has_failed_with(const EventKind& kind, const ErrorDetails& details) {
  const auto* effect = std::get_if<event::SideEffectRecorded>(&kind);
  return effect != nullptr && effect->error == details;
}

std::uint64_t default_rewind_cut(const std::vector<Event>& history, const ErrorDetails& details) {
  const auto is_its_cause = [&](const EventKind& kind) {
    const auto* request = std::get_if<event::OrchestrationCancelRequested>(&kind);
    return request != nullptr && ends_by_request(details, *request);
  };
  if (details.is_cancelled() ||
      std::any_of(history.begin(), history.end(),
                  [&](const Event& event) { return is_its_cause(event.kind); })) {
    return size_before_last(history, is_its_cause);
  }
  const auto is_the_effect = [&](const EventKind& kind) { return has_failed_with(kind, details); };
  if (std::any_of(history.begin(), history.end(),
                  [&](const Event& event) { return is_the_effect(event.kind); })) {
    return size_before_last(history, is_the_effect);  // to be made anew, whatever has failed it
  }
  if (is_verdict(details)) {
    return size_before_end(history);
  }
  return size_before_last(history, is_failed_answer);
}

Result<std::uint64_t, Flaw> wished_cut(const std::vector<Event>& history, std::uint64_t last_kept) {
  const auto most = size_before_end(history);
  if (last_kept == 0 || last_kept > history.size()) {
    return flaw("there is no event " + std::to_string(last_kept) + ": the history has " +
                std::to_string(history.size()) + " events");
  }
  if (is_terminal(history[last_kept - 1].kind)) {
    return flaw("event " + std::to_string(last_kept) + " is the end; keep at most " +
                std::to_string(most) + " events");
  }
  return std::min<std::uint64_t>(last_kept, most);
}

Checked check_skipped(const std::vector<Event>& history, std::uint64_t skipped,
                      std::optional<std::uint64_t> last_kept) {
  const std::string which = "event " + std::to_string(skipped);
  if (skipped == 0 || skipped > history.size()) {
    return flaw("there is no " + which + " to skip: the history has " +
                std::to_string(history.size()) + " events");
  }
  const EventKind& kind = history[skipped - 1].kind;
  const Role role = role_of(kind);
  if (role != Role::raised && role != Role::asked) {
    return flaw(which + " is " + describe(kind) +
                "; only raised events, messages of queues and updates can be skipped");
  }
  if (last_kept && skipped <= *last_kept) {
    return flaw(which + " cannot be both kept and skipped");
  }
  return {};
}

/// Sorts what an open step asks for into the plan.
void add_request(RestorePlan& plan, WorkItem request) {
  if (auto* activity = std::get_if<work::ActivityExecute>(&request)) {
    plan.activities.push_back(std::move(*activity));
  } else if (auto* timer = std::get_if<work::TimerFired>(&request)) {
    plan.timers.push_back(std::move(*timer));
  } else if (auto* child = std::get_if<work::StartOrchestration>(&request)) {
    plan.children.push_back(std::move(*child));
  } else {
    plan.questions.push_back(std::move(request));
  }
}

}  // namespace

std::set<std::uint64_t> answered_by(const ExecutionOf& execution,
                                    const std::vector<WorkItem>& messages) {
  std::set<std::uint64_t> answered;
  for (const WorkItem& message : messages) {
    const auto answer = answer_in(message);
    if (answer && answer->execution_id == execution.execution_id) {
      answered.insert(answer->id);
    }
  }
  return answered;
}

Result<RestorePlan, Flaw> plan_restore(const ExecutionOf& execution, const std::vector<Event>& kept,
                                       std::vector<WorkItem> messages) {
  auto open = find_open_steps(kept);
  if (!open) {
    return failure(std::move(open).error());
  }
  RestorePlan plan;
  plan.state = std::move(open->state);
  const auto answered = answered_by(execution, messages);
  const Caller caller{execution.instance, execution.execution_id, execution.orchestration,
                      execution.version, headers_of(kept)};
  for (const OpenStep& step : open->steps) {
    auto request = answered.count(step.event_id) == 0 ? request_of(caller, step.event_id, step.what)
                                                      : std::nullopt;
    if (request) {
      add_request(plan, std::move(*request));
    }
  }
  plan.messages = std::move(messages);
  if (plan.messages.empty()) {
    // A repeated start changes nothing. One that was terminated before its first turn has no version
    // yet.
    work::StartOrchestration wake_up{execution.instance, execution.orchestration, {}, {}, {}, {}};
    if (!execution.version.empty()) {
      wake_up.version = execution.version;
    }
    plan.messages.emplace_back(std::move(wake_up));
  }
  return plan;
}

Result<std::uint64_t, Flaw> find_rewind_cut(const std::vector<Event>& history,
                                            const RewindOptions& options) {
  const auto* failed =
      history.empty() ? nullptr : std::get_if<event::OrchestrationFailed>(&history.back().kind);
  if (failed == nullptr) {
    return flaw("its history does not end with a failure");
  }
  Result<std::uint64_t, Flaw> kept =
      options.event_id ? wished_cut(history, *options.event_id)
                       : Result<std::uint64_t, Flaw>(default_rewind_cut(history, failed->details));
  for (const auto skipped : options.skip) {
    if (auto checked = check_skipped(history, skipped, options.event_id); !checked) {
      return failure(std::move(checked).error());
    }
    if (kept) {
      kept = std::min<std::uint64_t>(*kept, skipped - 1);
    }
  }
  if (!kept) {
    return kept;
  }
  return std::max<std::uint64_t>(*kept, 1);
}

Result<std::uint64_t, Flaw> find_fork_cut(const std::vector<Event>& history,
                                          std::optional<std::uint64_t> last_kept) {
  if (history.empty()) {
    return flaw("it has not begun yet; start another one instead");
  }
  if (role_of(history.front().kind) != Role::begins) {
    return flaw("its history does not begin with OrchestrationStarted");
  }
  if (last_kept) {
    return wished_cut(history, *last_kept);
  }
  return size_before_end(history);
}

std::vector<WorkItem> messages_behind(const ExecutionOf& execution,
                                      const std::vector<Event>& history, std::uint64_t kept,
                                      const std::vector<std::uint64_t>& skip) {
  const auto cut = history.begin() + static_cast<std::ptrdiff_t>(kept);
  const auto open = find_open_steps(std::vector<Event>(history.begin(), cut));
  std::vector<WorkItem> messages;
  if (!open) {
    return messages;
  }
  for (auto event = cut; event != history.end(); ++event) {
    const EventKind& kind = event->kind;
    const bool is_skipped = std::find(skip.begin(), skip.end(), event->event_id) != skip.end();
    const bool is_awaited =
        role_of(kind) != Role::answers || open->is_open(*source_of(kind), event->source_event_id);
    if (is_skipped || !is_awaited) {
      continue;
    }
    if (auto message = message_again(*event, execution.instance, execution.execution_id)) {
      messages.push_back(std::move(*message));
    }
  }
  return messages;
}

}  // namespace duroxide::model
