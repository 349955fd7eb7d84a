#include "engine/restore_plan.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "model/overloaded.hpp"

namespace duroxide::storage {

namespace {

bool closes(const EventKind& kind) {
  return std::holds_alternative<event::ActivityCancelRequested>(kind) ||
         std::holds_alternative<event::TimerCancelled>(kind) ||
         std::holds_alternative<event::ExternalSubscribedCancelled>(kind) ||
         std::holds_alternative<event::SubOrchestrationCancelRequested>(kind) ||
         std::holds_alternative<event::QueueSubscriptionCancelled>(kind);
}

/// The number of events before the end and what it has closed. What the code itself gave up just
/// before is taken for that too: it gives it up again.
std::uint64_t size_before_end(const std::vector<Event>& history) {
  auto size = history.size();
  if (size == 0 || !is_terminal(history.back().kind)) {
    return size;
  }
  --size;
  while (size > 1 && closes(history[size - 1].kind)) {
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

/// The event that a rewind undoes: the last of those that `is_it` says; else the end.
template <class IsIt>
std::uint64_t size_before_last(const std::vector<Event>& history, const IsIt& is_it) {
  const auto last = std::find_if(history.rbegin(), history.rend(),
                                 [&](const Event& event) { return is_it(event.kind); });
  return last == history.rend() ? size_before_end(history) : last->event_id - 1;
}

std::uint64_t default_rewind_cut(const std::vector<Event>& history, const ErrorDetails& details) {
  if (details.is_cancelled()) {
    return size_before_last(history, [](const EventKind& kind) {
      return std::holds_alternative<event::OrchestrationCancelRequested>(kind);
    });
  }
  if (is_verdict(details)) {
    return size_before_end(history);
  }
  return size_before_last(history, [](const EventKind& kind) {
    return std::holds_alternative<event::ActivityFailed>(kind) ||
           std::holds_alternative<event::SubOrchestrationFailed>(kind);
  });
}

Result<std::uint64_t, std::string> wished_cut(const std::vector<Event>& history,
                                              std::uint64_t last_kept) {
  const auto most = size_before_end(history);
  if (last_kept == 0 || last_kept > history.size()) {
    return failure("there is no event " + std::to_string(last_kept) + ": the history has " +
                   std::to_string(history.size()) + " events");
  }
  if (is_terminal(history[last_kept - 1].kind)) {
    return failure("event " + std::to_string(last_kept) + " is the end; keep at most " +
                   std::to_string(most) + " events");
  }
  return std::min<std::uint64_t>(last_kept, most);
}

std::string check_skipped(const std::vector<Event>& history, std::uint64_t skipped,
                          std::optional<std::uint64_t> last_kept) {
  const std::string which = "event " + std::to_string(skipped);
  if (skipped == 0 || skipped > history.size()) {
    return "there is no " + which + " to skip: the history has " + std::to_string(history.size()) +
           " events";
  }
  const EventKind& kind = history[skipped - 1].kind;
  if (!std::holds_alternative<event::ExternalEvent>(kind) &&
      !std::holds_alternative<event::QueueEventDelivered>(kind)) {
    return which + " is " + describe(kind) +
           "; only raised events and messages of queues can be skipped";
  }
  if (last_kept && skipped <= *last_kept) {
    return which + " cannot be both kept and skipped";
  }
  return {};
}

template <class Steps>
bool is_open(const Steps& steps, std::uint64_t event_id) {
  return std::any_of(steps.begin(), steps.end(),
                     [&](const auto& step) { return step.event_id == event_id; });
}

}  // namespace

std::set<std::uint64_t> answered_by(const ExecutionOf& execution,
                                    const std::vector<WorkItem>& messages) {
  std::set<std::uint64_t> answered;
  const auto answers = [&](const auto& item) {
    if (item.execution_id == execution.execution_id) {
      answered.insert(item.id);
    }
  };
  for (const WorkItem& message : messages) {
    std::visit(model::Overloaded{[&](const work::ActivityCompleted& item) { answers(item); },
                                 [&](const work::ActivityFailed& item) { answers(item); },
                                 [&](const work::TimerFired& item) { answers(item); },
                                 [&](const work::SubOrchCompleted& item) { answers(item); },
                                 [&](const work::SubOrchFailed& item) { answers(item); },
                                 [&](const work::KeyValueRead& item) { answers(item); },
                                 [](const auto&) {}},
               message);
  }
  return answered;
}

Result<RestorePlan, std::string> plan_restore(const ExecutionOf& execution,
                                              const std::vector<Event>& kept,
                                              std::vector<WorkItem> messages) {
  auto open = find_open_steps(kept);
  if (!open) {
    return failure(std::move(open).error());
  }
  RestorePlan plan;
  plan.state = std::move(open->state);
  const auto answered = answered_by(execution, messages);
  const auto waits = [&](const auto& step) { return answered.count(step.event_id) == 0; };
  for (auto& step : open->activities) {
    if (waits(step)) {
      plan.activities.push_back({execution.instance, execution.execution_id, step.event_id,
                                 std::move(step.what.name), std::move(step.what.input),
                                 execution.orchestration, execution.version,
                                 std::move(step.what.tag), std::move(step.what.session)});
    }
  }
  for (const auto& step : open->timers) {
    if (waits(step)) {
      plan.timers.push_back(
          {execution.instance, execution.execution_id, step.event_id, step.what.fire_at});
    }
  }
  for (auto& step : open->children) {
    if (waits(step)) {
      plan.children.push_back(
          {std::move(step.what.instance),
           std::move(step.what.name),
           std::move(step.what.input),
           std::move(step.what.version),
           ParentLink{execution.instance, execution.execution_id, step.event_id},
           {}});
    }
  }
  for (auto& step : open->value_reads) {
    if (waits(step)) {
      plan.value_reads.push_back(
          {std::move(step.what.instance), std::move(step.what.key),
           ParentLink{execution.instance, execution.execution_id, step.event_id}});
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

Result<std::uint64_t, std::string> find_rewind_cut(const std::vector<Event>& history,
                                                   const RewindOptions& options) {
  const auto* failed =
      history.empty() ? nullptr : std::get_if<event::OrchestrationFailed>(&history.back().kind);
  if (failed == nullptr) {
    return failure(std::string("its history does not end with a failure"));
  }
  Result<std::uint64_t, std::string> kept =
      options.event_id
          ? wished_cut(history, *options.event_id)
          : Result<std::uint64_t, std::string>(default_rewind_cut(history, failed->details));
  for (const auto skipped : options.skip) {
    if (std::string problem = check_skipped(history, skipped, options.event_id); !problem.empty()) {
      return failure(std::move(problem));
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

Result<std::uint64_t, std::string> find_fork_cut(const std::vector<Event>& history,
                                                 std::optional<std::uint64_t> last_kept) {
  if (history.empty()) {
    return failure(std::string("it has not begun yet; start another one instead"));
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
  const std::string& to = execution.instance;
  const auto in = execution.execution_id;
  for (auto event = cut; event != history.end(); ++event) {
    const auto id = event->source_event_id;
    if (std::find(skip.begin(), skip.end(), event->event_id) != skip.end()) {
      continue;
    }
    std::visit(model::Overloaded{
                   [&](const event::ActivityCompleted& kind) {
                     if (is_open(open->activities, id)) {
                       messages.emplace_back(work::ActivityCompleted{to, in, id, kind.result});
                     }
                   },
                   [&](const event::TimerFired& kind) {
                     if (is_open(open->timers, id)) {
                       messages.emplace_back(work::TimerFired{to, in, id, kind.fire_at});
                     }
                   },
                   [&](const event::SubOrchestrationCompleted& kind) {
                     if (is_open(open->children, id)) {
                       messages.emplace_back(work::SubOrchCompleted{to, in, id, kind.result});
                     }
                   },
                   [&](const event::KeyValueReadCompleted& kind) {
                     if (is_open(open->value_reads, id)) {
                       messages.emplace_back(work::KeyValueRead{to, in, id, kind.value});
                     }
                   },
                   [&](const event::ExternalEvent& kind) {
                     messages.emplace_back(work::ExternalRaised{to, kind.name, kind.data});
                   },
                   [&](const event::QueueEventDelivered& kind) {
                     messages.emplace_back(work::QueueMessage{to, kind.name, kind.data});
                   },
                   [](const auto&) {}},
               event->kind);
  }
  return messages;
}

}  // namespace duroxide::storage
