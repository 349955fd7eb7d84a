// The driver's side of ExecutionCore: feeding it history and messages, and ending it.

#include <algorithm>
#include <utility>

#include "model/exceptions.hpp"
#include "model/limits.hpp"
#include "model/overloaded.hpp"
#include "replay/commands.hpp"
#include "replay/execution_core.hpp"

namespace duroxide::detail {

namespace {

ErrorDetails damaged_history(const std::string& instance, std::string what) {
  ErrorDetails details;
  details.category = ErrorCategory::infrastructure;
  details.kind = ErrorKind::storage;
  details.subject = instance;
  details.message = "the history of instance " + instance + " is damaged: " + std::move(what);
  return details;
}

/// Returns an empty string if the events are numbered as they stand and begin with a start.
std::string check_order(const std::vector<Event>& history) {
  if (history.empty() ||
      !std::holds_alternative<event::OrchestrationStarted>(history.front().kind)) {
    return "it does not begin with OrchestrationStarted";
  }
  for (std::size_t i = 0; i < history.size(); ++i) {
    if (history[i].event_id != i + 1) {
      return "event " + std::to_string(i + 1) + " has the number " +
             std::to_string(history[i].event_id);
    }
  }
  return {};
}

std::string_view schedule_name(SlotKind kind) {
  switch (kind) {
    case SlotKind::activity:
      return "an activity";
    case SlotKind::timer:
      return "a timer";
    case SlotKind::external_event:
      return "a wait for an event";
    case SlotKind::sub_orchestration:
      return "a sub-orchestration";
  }
  return "nothing";
}

}  // namespace

void ExecutionCore::begin(const event::OrchestrationStarted& started) {
  parent_ = started.parent;
  for (const CarriedEvent& carried : started.carried_events) {
    external_events_.raise(carried.name, carried.data);
  }
  try {
    root_ = (*assignment_.handler)(OrchestrationContext(*this), started.input);
    if (root_) {
      root_.start(scheduler_, *this);
    } else {
      failure_ =
          application_error(ErrorKind::orchestration_failed,
                            "the orchestration returned an empty task", assignment_.orchestration);
    }
  } catch (...) {
    failure_ = model::details_of(std::current_exception(), ErrorKind::orchestration_failed,
                                 assignment_.orchestration);
  }
  settle();
}

void ExecutionCore::begin_from(const WorkItem& message) {
  event::OrchestrationStarted started;
  started.name = assignment_.orchestration;
  started.version = assignment_.version;
  if (const auto* start = std::get_if<work::StartOrchestration>(&message)) {
    started.input = start->input;
    started.parent = start->parent;
  } else if (const auto* next = std::get_if<work::ContinueAsNew>(&message)) {
    started.input = next->input;
    started.parent = next->parent;
    started.carried_events = next->carried_events;
  } else {
    failure_ =
        damaged_history(assignment_.instance, "it is empty, and no start message is there either");
  }
  parent_ = started.parent;
  append(started, 0);
}

void ExecutionCore::replay(const std::vector<Event>& history) {
  next_event_id_ = history.size() + 1;
  if (!history.empty() && is_terminal(history.back().kind)) {
    finished_ = true;
    return;
  }
  history_ = &history;
  cursor_ = 1;
  replaying_ = true;
  std::string problem = check_order(history);
  if (problem.empty()) {
    begin(std::get<event::OrchestrationStarted>(history.front().kind));
  } else {
    failure_ = damaged_history(assignment_.instance, std::move(problem));
  }
  while (!failure_ && cursor_ < history.size()) {
    const Event& event = history[cursor_];
    if (replay::is_command(event.kind)) {
      failure_ = nondeterminism(
          event.event_id, describe(event.kind),
          root_done_ ? "nothing more: it had ended" : "nothing: it was waiting for something else");
    } else {
      ++cursor_;
      deliver(event);
      settle();
    }
  }
  history_ = nullptr;
  replaying_ = false;
  history_warned_ = services_.history_warning != 0 && history_size() >= services_.history_warning;
  if (failure_) {
    adopt(history);
  }
}

/// Learns from history alone what is open, so that it can be closed although the code cannot run.
/// Waits for events are left out: nothing outside knows of them.
void ExecutionCore::adopt(const std::vector<Event>& history) {
  next_event_id_ = history.size() + 1;
  open_.clear();
  result_ = {};
  for (const Event& event : history) {
    const auto reopen = [&](SlotKind kind, std::string_view name) -> Open& {
      Open& entry = open_[event.event_id];
      entry.slot = std::make_shared<Slot>();
      entry.slot->kind = kind;
      entry.slot->event_id = event.event_id;
      entry.slot->name = name;
      return entry;
    };
    if (event.source_event_id != 0) {
      open_.erase(event.source_event_id);
    } else if (const auto* started = std::get_if<event::OrchestrationStarted>(&event.kind)) {
      parent_ = started->parent;
    } else if (const auto* activity = std::get_if<event::ActivityScheduled>(&event.kind)) {
      reopen(SlotKind::activity, activity->name);
    } else if (const auto* timer = std::get_if<event::TimerCreated>(&event.kind)) {
      reopen(SlotKind::timer, "timer").fire_at = timer->fire_at;
    } else if (const auto* child = std::get_if<event::SubOrchestrationScheduled>(&event.kind)) {
      reopen(SlotKind::sub_orchestration, child->name).child_instance = child->instance;
    }
  }
}

replay::TurnResult ExecutionCore::run(const std::vector<WorkItem>& messages) {
  auto message = messages.begin();
  if (next_event_id_ == 1 && !finished_ && message != messages.end()) {
    begin_from(*message++);
    const auto cancel = std::find_if(message, messages.end(), [](const WorkItem& each) {
      return std::holds_alternative<work::CancelInstance>(each);
    });
    if (cancel != messages.end()) {
      cancelled(std::get<work::CancelInstance>(*cancel).reason);  // before any of its code has run
    } else if (!failure_) {
      // A copy: the code appends events while it runs.
      const auto started = std::get<event::OrchestrationStarted>(result_.events.front().kind);
      begin(started);
    }
  }
  finish_root();
  for (; message != messages.end(); ++message) {
    if (!finished_) {
      arrive(*message);
      finish_root();
    } else if (std::holds_alternative<replay::ContinuedAsNew>(result_.outcome)) {
      hand_on(*message);
    }
  }
  return std::exchange(result_, {});
}

/// A message behind the end of the execution is the next one's, if it is for the whole instance.
void ExecutionCore::hand_on(const WorkItem& message) {
  if (const auto* raised = std::get_if<work::ExternalRaised>(&message)) {
    for (WorkItem& item : result_.messages) {
      if (auto* next = std::get_if<work::ContinueAsNew>(&item)) {
        next->carried_events.push_back({raised->name, raised->data});
      }
    }
  } else if (std::holds_alternative<work::CancelInstance>(message)) {
    result_.messages.push_back(message);
  }
}

void ExecutionCore::cancelled(const std::string& reason) {
  append(event::OrchestrationCancelRequested{reason}, 0);
  finish(replay::Failed{application_error(ErrorKind::cancelled, reason, assignment_.instance)});
}

replay::TurnResult ExecutionCore::fail(const std::vector<Event>& history,
                                       const std::vector<WorkItem>& messages,
                                       ErrorDetails details) {
  if (next_event_id_ == 1 && !history.empty()) {
    adopt(history);
  } else if (next_event_id_ == 1 && !messages.empty()) {
    begin_from(messages.front());
  }
  if (!finished_ && details.is_cancelled()) {
    cancelled(details.message);
  } else if (!finished_) {
    finish(replay::Failed{std::move(details)});
  }
  return std::exchange(result_, {});
}

template <class Kind>
void ExecutionCore::arrive_for_schedule(SlotKind expected, std::uint64_t execution_id,
                                        std::uint64_t event_id, Kind kind) {
  if (execution_id != assignment_.execution_id) {
    return;  // of an earlier execution, which has ended
  }
  const auto scheduled =
      event_id < scheduled_.size() ? scheduled_[event_id] : std::optional<SlotKind>();
  if (scheduled != expected) {
    failure_ = nondeterminism(
        event_id, "the schedule of " + std::string(event_type(kind)) + ", which has arrived",
        scheduled ? "schedule " + std::string(schedule_name(*scheduled)) + " there"
                  : std::string("schedule nothing there"));
    return;
  }
  if (open_.count(event_id) == 0) {
    return;  // a repetition, or the late result of something cancelled
  }
  deliver(append(std::move(kind), event_id));
}

void ExecutionCore::arrive(const WorkItem& message) {
  std::visit(
      model::Overloaded{
          [&](const work::ActivityCompleted& item) {
            arrive_for_schedule(SlotKind::activity, item.execution_id, item.id,
                                event::ActivityCompleted{item.result});
          },
          [&](const work::ActivityFailed& item) {
            arrive_for_schedule(SlotKind::activity, item.execution_id, item.id,
                                event::ActivityFailed{item.details});
          },
          [&](const work::TimerFired& item) {
            arrive_for_schedule(SlotKind::timer, item.execution_id, item.id,
                                event::TimerFired{item.fire_at});
          },
          [&](const work::SubOrchCompleted& item) {
            arrive_for_schedule(SlotKind::sub_orchestration, item.execution_id, item.id,
                                event::SubOrchestrationCompleted{item.result});
          },
          [&](const work::SubOrchFailed& item) {
            arrive_for_schedule(SlotKind::sub_orchestration, item.execution_id, item.id,
                                event::SubOrchestrationFailed{item.details});
          },
          [&](const work::ExternalRaised& item) {
            deliver(append(event::ExternalEvent{item.name, item.data}, 0));
          },
          [&](const work::CancelInstance& item) { cancelled(item.reason); },
          // Repeated starts: the execution runs already. Activities are never sent to an instance.
          [](const work::StartOrchestration&) {}, [](const work::ContinueAsNew&) {},
          [](const work::ActivityExecute&) {}},
      message);
  if (!finished_) {
    settle();
  }
}

void ExecutionCore::deliver(const Event& event) {
  const std::uint64_t source = event.source_event_id;
  std::visit(
      model::Overloaded{
          [&](const event::ActivityCompleted& kind) { resolve(source, kind.result); },
          [&](const event::ActivityFailed& kind) { resolve(source, failure(kind.details)); },
          [&](const event::TimerFired&) { resolve(source, std::string()); },
          [&](const event::SubOrchestrationCompleted& kind) { resolve(source, kind.result); },
          [&](const event::SubOrchestrationFailed& kind) {
            resolve(source, failure(kind.details));
          },
          [&](const event::ExternalEvent& kind) {
            open_.erase(external_events_.raise(kind.name, kind.data));
          },
          [](const auto&) {}},
      event.kind);
}

void ExecutionCore::resolve(std::uint64_t event_id, Result<std::string, ErrorDetails> outcome) {
  const auto found = open_.find(event_id);
  if (found != open_.end()) {
    const std::shared_ptr<Slot> slot = std::move(found->second.slot);
    open_.erase(found);
    replay::complete(*slot, std::move(outcome));
  }
}

void ExecutionCore::settle() {
  if (!failure_ && !scheduler_.drain()) {
    root_.leak();
    ErrorDetails details;
    details.category = ErrorCategory::configuration;
    details.kind = ErrorKind::spurious_suspension;
    details.subject = assignment_.orchestration;
    details.message =
        "the orchestration " + assignment_.orchestration +
        " suspended without waiting for anything. GCC 12 compiles a coroutine wrongly whose "
        "outermost block declares no variable and has an if, while, switch or try around a "
        "co_await: declare any local variable in the outermost block of that coroutine, or build "
        "it with another compiler.";
    failure_ = std::move(details);
  }
}

void ExecutionCore::check_history_size() {
  const std::uint64_t size = history_size();
  if (services_.history_warning != 0 && size >= services_.history_warning && !history_warned_) {
    history_warned_ = true;
    log(LogLevel::warn, "the history has " + std::to_string(size) +
                            " events; continue as new to keep replays short");
  }
  if (services_.history_limit != 0 && size > services_.history_limit && !failure_) {
    ErrorDetails details;
    details.category = ErrorCategory::configuration;
    details.kind = ErrorKind::limit_exceeded;
    details.subject = assignment_.instance;
    details.message = "the history has " + std::to_string(size) + " events, the limit is " +
                      std::to_string(services_.history_limit) +
                      "; continue as new earlier, or raise RuntimeOptions::history_limit";
    failure_ = std::move(details);
  }
}

void ExecutionCore::finish_root() {
  if (finished_) {
    return;
  }
  check_history_size();
  if (failure_) {
    finish(replay::Failed{*failure_});
  } else if (next_execution_) {
    finish(replay::ContinuedAsNew{next_execution_->input});
  } else if (root_done_) {
    replay::Outcome outcome;
    try {
      std::string output = root_.take();
      std::string problem = model::check_payload("orchestration's output", output);
      if (problem.empty()) {
        outcome = replay::Completed{std::move(output)};
      } else {
        outcome = replay::Failed{
            application_error(ErrorKind::limit_exceeded, std::move(problem), assignment_.instance)};
      }
    } catch (...) {
      ErrorDetails details = model::details_of(
          std::current_exception(), ErrorKind::orchestration_failed, assignment_.orchestration);
      if (details.is_cancelled()) {
        // Somebody else was cancelled, a child say; this instance has failed because of it.
        details.message = details.to_string();
        details.kind = ErrorKind::orchestration_failed;
      }
      outcome = replay::Failed{std::move(details)};
    }
    finish(std::move(outcome));
  }
}

void ExecutionCore::finish(replay::Outcome outcome) {
  closing_ = true;
  root_ = Task<std::string>();
  closing_ = false;
  history_ = nullptr;
  replaying_ = false;
  close_everything("the orchestration has ended");
  finished_ = true;
  if (const auto* completed = std::get_if<replay::Completed>(&outcome)) {
    append(event::OrchestrationCompleted{completed->output}, 0);
  } else if (const auto* failed = std::get_if<replay::Failed>(&outcome)) {
    append(event::OrchestrationFailed{failed->details}, 0);
  } else if (std::holds_alternative<replay::ContinuedAsNew>(outcome)) {
    append(event::OrchestrationContinuedAsNew{next_execution_->input, next_execution_->version}, 0);
    result_.messages.push_back(work::ContinueAsNew{
        assignment_.instance, assignment_.execution_id + 1, assignment_.orchestration,
        next_execution_->input, next_execution_->version, parent_, external_events_.kept()});
  }
  tell_parent(outcome);
  result_.outcome = std::move(outcome);
}

void ExecutionCore::close_everything(const std::string& reason) {
  const auto open = std::exchange(open_, {});
  for (const auto& [event_id, each] : open) {
    each.slot->core = nullptr;
    cancel(each, reason);
  }
}

void ExecutionCore::tell_parent(const replay::Outcome& outcome) {
  if (!parent_ || parent_->execution_id == 0) {
    return;
  }
  if (const auto* completed = std::get_if<replay::Completed>(&outcome)) {
    result_.messages.push_back(work::SubOrchCompleted{parent_->instance, parent_->execution_id,
                                                      parent_->event_id, completed->output});
  } else if (const auto* failed = std::get_if<replay::Failed>(&outcome)) {
    result_.messages.push_back(work::SubOrchFailed{parent_->instance, parent_->execution_id,
                                                   parent_->event_id, failed->details});
  }
}

}  // namespace duroxide::detail
