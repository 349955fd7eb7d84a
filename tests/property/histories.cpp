#include "property/histories.hpp"

#include <map>
#include <optional>
#include <set>

#include "model/kinds.hpp"
#include "model/open_steps.hpp"

namespace duroxide::property {

namespace {

enum class Opened { activity, timer, child, event, queue, read };

template <class... Kinds>
bool is_any(const EventKind& kind) {
  return (std::holds_alternative<Kinds>(kind) || ...);
}

std::optional<Opened> opens(const EventKind& kind) {
  if (is_any<event::ActivityScheduled>(kind)) {
    return Opened::activity;
  }
  if (is_any<event::TimerCreated>(kind)) {
    return Opened::timer;
  }
  if (is_any<event::SubOrchestrationScheduled>(kind)) {
    return Opened::child;
  }
  if (is_any<event::ExternalSubscribed>(kind)) {
    return Opened::event;
  }
  if (is_any<event::QueueSubscribed>(kind)) {
    return Opened::queue;
  }
  if (is_any<event::KeyValueReadScheduled>(kind)) {
    return Opened::read;
  }
  return std::nullopt;
}

/// What an event that refers to another closes.
std::optional<Opened> closes(const EventKind& kind) {
  if (is_any<event::ActivityCompleted, event::ActivityFailed, event::ActivityCancelRequested>(
          kind)) {
    return Opened::activity;
  }
  if (is_any<event::TimerFired, event::TimerCancelled>(kind)) {
    return Opened::timer;
  }
  if (is_any<event::SubOrchestrationCompleted, event::SubOrchestrationFailed,
             event::SubOrchestrationCancelRequested>(kind)) {
    return Opened::child;
  }
  if (is_any<event::ExternalSubscribedCancelled>(kind)) {
    return Opened::event;
  }
  if (is_any<event::QueueSubscriptionCancelled>(kind)) {
    return Opened::queue;
  }
  if (is_any<event::KeyValueReadCompleted>(kind)) {
    return Opened::read;
  }
  return std::nullopt;
}

/// Waits are closed by events that do not name them; nobody outside knows of a read.
bool must_be_closed(Opened opened) {
  return opened == Opened::activity || opened == Opened::timer || opened == Opened::child;
}

/// The message that has brought an event.
std::optional<WorkItem> message_of(const Event& event, const std::string& instance,
                                   std::uint64_t execution) {
  const std::uint64_t id = event.source_event_id;
  if (const auto* done = std::get_if<event::ActivityCompleted>(&event.kind)) {
    return work::ActivityCompleted{instance, execution, id, done->result};
  }
  if (const auto* failed = std::get_if<event::ActivityFailed>(&event.kind)) {
    return work::ActivityFailed{instance, execution, id, failed->details};
  }
  if (const auto* fired = std::get_if<event::TimerFired>(&event.kind)) {
    return work::TimerFired{instance, execution, id, fired->fire_at};
  }
  if (const auto* child = std::get_if<event::SubOrchestrationCompleted>(&event.kind)) {
    return work::SubOrchCompleted{instance, execution, id, child->result};
  }
  if (const auto* lost = std::get_if<event::SubOrchestrationFailed>(&event.kind)) {
    return work::SubOrchFailed{instance, execution, id, lost->details};
  }
  if (const auto* raised = std::get_if<event::ExternalEvent>(&event.kind)) {
    return work::ExternalRaised{instance, raised->name, raised->data};
  }
  if (const auto* queued = std::get_if<event::QueueEventDelivered>(&event.kind)) {
    return work::QueueMessage{instance, queued->name, queued->data};
  }
  if (const auto* update = std::get_if<event::UpdateReceived>(&event.kind)) {
    return work::UpdateRequest{instance, update->id, update->name, update->input};
  }
  if (const auto* read = std::get_if<event::KeyValueReadCompleted>(&event.kind)) {
    return work::KeyValueRead{instance, execution, id, read->value};
  }
  if (const auto* cancel = std::get_if<event::OrchestrationCancelRequested>(&event.kind)) {
    return work::CancelInstance{instance, cancel->reason};
  }
  return std::nullopt;
}

/// Without what differs from run to run.
Event comparable(Event event) {
  event.timestamp = Timestamp();
  if (auto* timer = std::get_if<event::TimerCreated>(&event.kind)) {
    timer->fire_at = Timestamp();
  } else if (auto* now = std::get_if<event::UtcNowRecorded>(&event.kind)) {
    now->time = Timestamp();
  } else if (auto* guid = std::get_if<event::GuidRecorded>(&event.kind)) {
    guid->guid.clear();
  }
  return event;
}

}  // namespace

std::string to_text(const std::vector<Event>& history) {
  std::string text;
  for (const Event& event : history) {
    text += "  " + std::to_string(event.event_id) + " " + describe(event.kind);
    if (event.source_event_id != 0) {
      text += " of " + std::to_string(event.source_event_id);
    }
    if (const auto* failed = std::get_if<event::OrchestrationFailed>(&event.kind)) {
      text += " " + failed->details.to_string();
    }
    text += "\n";
  }
  return text;
}

std::string check_history(const std::vector<Event>& history, bool is_finished) {
  std::map<std::uint64_t, Opened> open;
  for (std::size_t i = 0; i < history.size(); ++i) {
    const Event& event = history[i];
    const std::string name = "event " + std::to_string(i + 1);
    if (event.event_id != i + 1) {
      return name + " has the number " + std::to_string(event.event_id);
    }
    if (std::holds_alternative<event::OrchestrationStarted>(event.kind) != (i == 0)) {
      return name + ": a start that is not the first event, or a first event that is no start";
    }
    if (is_terminal(event.kind) != (is_finished && i + 1 == history.size())) {
      return name + ": a terminal event that is not the last, or a last one that is not terminal";
    }
    if (const auto opened = opens(event.kind)) {
      open[event.event_id] = *opened;
    }
    const auto closed = closes(event.kind);
    if (closed.has_value() != (event.source_event_id != 0)) {
      return name + ": a source that should not be there, or none where one should be";
    }
    if (closed) {
      const auto found = open.find(event.source_event_id);
      if (found == open.end() || found->second != *closed) {
        return name + " is about " + std::to_string(event.source_event_id) + ", which is not open";
      }
      open.erase(found);
    }
  }
  for (const auto& [id, kind] : open) {
    if (is_finished && must_be_closed(kind)) {
      return "event " + std::to_string(id) + " was left open";
    }
  }
  return {};
}

std::string check_replays(const std::vector<Event>& history, const std::string& instance,
                          std::uint64_t execution_id, const MakeExecution& make,
                          const std::function<void(const std::vector<Event>&)>& before_turn) {
  std::size_t next = history.size();
  for (std::size_t i = 1; i < history.size(); i = next) {
    next = i + 1;
    const auto message = message_of(history[i], instance, execution_id);
    if (!message) {
      continue;
    }
    while (next < history.size() && !message_of(history[next], instance, execution_id)) {
      ++next;
    }
    const auto split = history.begin() + static_cast<std::ptrdiff_t>(i);
    const std::vector<Event> before(history.begin(), split);
    const std::unique_ptr<replay::Execution> execution = make();
    execution->replay(before);
    before_turn({split, history.begin() + static_cast<std::ptrdiff_t>(next)});
    const replay::TurnResult result = execution->run({*message});
    const std::string name = "the arrival of event " + std::to_string(i + 1);
    if (result.events.size() != next - i) {
      return name + " leads to other events when it is replayed:\n" + to_text(result.events);
    }
    for (std::size_t k = 0; k < result.events.size(); ++k) {
      if (comparable(result.events[k]) != comparable(history[i + k])) {
        return name +
               " leads to another event when it is replayed: " + describe(result.events[k].kind);
      }
    }
  }
  return {};
}

std::string check_open_steps(const std::vector<Event>& history, const MakeExecution& make) {
  for (std::size_t i = 1; i < history.size(); ++i) {
    const bool cancelled_at_start =  // before any of its code has run
        i == 1 && std::holds_alternative<event::OrchestrationCancelRequested>(history[i].kind);
    if (model::is_command(history[i].kind) || is_terminal(history[i].kind) || cancelled_at_start) {
      continue;
    }
    const std::vector<Event> before(history.begin(),
                                    history.begin() + static_cast<std::ptrdiff_t>(i));
    const auto open = model::find_open_steps(before);
    if (!open) {
      return "the first " + std::to_string(i) + " events cannot be read: " + open.error().what;
    }
    const std::unique_ptr<replay::Execution> execution = make();
    execution->replay(before);
    const auto ended =
        execution->fail({}, {}, application_error(ErrorKind::orchestration_failed, "enough"));
    std::set<std::uint64_t> given_up;
    for (const Event& event : ended.events) {
      given_up.insert(event.source_event_id);
    }
    given_up.erase(0);
    // What the code schedules in destructors, while it is ended.
    given_up.erase(given_up.upper_bound(i), given_up.end());
    for (const model::OpenStep& step : open->steps) {
      // Of a wait whose event the code dropped unread the history does not tell.
      if (given_up.erase(step.event_id) == 0 && model::needs_closing(step.what)) {
        return "event " + std::to_string(step.event_id) + " is open before event " +
               std::to_string(i + 1) + ", and replay does not give it up";
      }
    }
    if (!given_up.empty()) {
      return "replay gives up event " + std::to_string(*given_up.begin()) +
             ", which is not open before event " + std::to_string(i + 1);
    }
  }
  return {};
}

}  // namespace duroxide::property
