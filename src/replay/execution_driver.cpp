// The driver's side of ExecutionCore: feeding it history and messages, and ending it.

#include <algorithm>
#include <utility>

#include "model/engine_flags.hpp"
#include "model/exceptions.hpp"
#include "model/limits.hpp"
#include "model/overloaded.hpp"
#include "replay/commands.hpp"
#include "replay/execution_core.hpp"
#include "replay/history_check.hpp"

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
    case SlotKind::queue_event:
      return "a wait for a queue";
    case SlotKind::value_read:
      return "a read of a value";
  }
  return "nothing";
}

}  // namespace

void ExecutionCore::begin(const event::OrchestrationStarted& started) {
  parent_ = started.parent;
  for (const CarriedEvent& raised : started.carried.events) {
    external_events_.raise(raised.name, raised.data);
  }
  for (const CarriedEvent& message : started.carried.messages) {
    queued_events_.raise(message.name, message.data);
  }
  state_.begin(started.carried);
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
  started.engine_flags = replay::current_engine_flags;
  if (const auto* start = std::get_if<work::StartOrchestration>(&message)) {
    started.input = start->input;
    started.parent = start->parent;
  } else if (const auto* next = std::get_if<work::ContinueAsNew>(&message)) {
    started.input = next->input;
    started.parent = next->parent;
    started.carried = next->carried;
  } else {
    failure_ =
        damaged_history(assignment_.instance, "it is empty, and no start message is there either");
  }
  parent_ = started.parent;
  append(started, 0);
}

void ExecutionCore::replay(const std::vector<Event>& history) {
  next_event_id_ = history.size() + 1;
  if (replay::has_ended(history)) {
    finished_ = true;
    return;
  }
  history_ = &history;
  cursor_ = 1;
  replaying_ = true;
  std::string problem = replay::find_damage(history);
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
  finished_ = replay::has_ended(history);
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
      // Before any of its code has run: there is nothing to clean up.
      const std::string& reason = std::get<work::CancelInstance>(*cancel).reason;
      append(event::OrchestrationCancelRequested{reason}, 0);
      finish(cancelled_with(reason));
    } else if (!failure_) {
      // A copy: the code appends events while it runs.
      const auto started = std::get<event::OrchestrationStarted>(result_.events.front().kind);
      begin(started);
    }
  }
  finish_root();
  for (; message != messages.end(); ++message) {
    const auto place = static_cast<std::uint64_t>(message - messages.begin());
    if (!finished_) {
      const std::size_t recorded = result_.events.size();
      arrive(*message);
      if (failure_ && result_.events.size() == recorded) {
        result_.untaken.push_back(place);  // it is what shows that code and history disagree
      }
      finish_root();
    } else if (std::holds_alternative<replay::ContinuedAsNew>(result_.outcome)) {
      hand_on(*message);
    } else {
      result_.untaken.push_back(place);
    }
  }
  state_.report(result_);
  return std::exchange(result_, {});
}

replay::TurnResult ExecutionCore::fail(const std::vector<Event>& history,
                                       const std::vector<WorkItem>& messages,
                                       ErrorDetails details) {
  std::uint64_t place = 0;
  if (next_event_id_ == 1 && !history.empty()) {
    adopt(history);
  } else if (next_event_id_ == 1 && !messages.empty()) {
    begin_from(messages.front());
    ++place;
  }
  for (; place < messages.size(); ++place) {
    result_.untaken.push_back(place);
  }
  if (!finished_ && details.is_cancelled()) {
    append(event::OrchestrationCancelRequested{details.message}, 0);
  }
  if (!finished_) {
    finish(replay::Failed{std::move(details)});
  }
  state_.report(result_);
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
          [&](const work::QueueMessage& item) {
            deliver(append(event::QueueEventDelivered{item.name, item.data}, 0));
          },
          [&](const work::KeyValueRead& item) {
            arrive_for_schedule(SlotKind::value_read, item.execution_id, item.id,
                                event::KeyValueReadCompleted{item.value});
          },
          [&](const work::CancelInstance& item) {
            if (!cancel_reason_) {
              deliver(append(event::OrchestrationCancelRequested{item.reason}, 0));
            }
          },
          // Repeated starts: the execution runs already. The others are never sent to an instance.
          [](const work::StartOrchestration&) {}, [](const work::ContinueAsNew&) {},
          [](const work::ActivityExecute&) {}, [](const work::ReadKeyValue&) {}},
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
          [&](const event::QueueEventDelivered& kind) {
            open_.erase(queued_events_.raise(kind.name, kind.data));
          },
          [&](const event::KeyValueReadCompleted& kind) {
            // A mark in front tells an empty value from none.
            resolve(source, kind.value ? "=" + *kind.value : std::string());
          },
          [&](const event::OrchestrationCancelRequested& kind) { request_cancel(kind.reason); },
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

}  // namespace duroxide::detail
