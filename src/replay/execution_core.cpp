#include "replay/execution_core.hpp"

#include <algorithm>
#include <utility>

#include "replay/commands.hpp"

namespace duroxide::detail {

namespace {

template <class Item, class Id>
bool remove_unsent(std::vector<Item>& items, const Id& is_the_one) {
  const auto found = std::find_if(items.begin(), items.end(), is_the_one);
  if (found == items.end()) {
    return false;
  }
  items.erase(found);
  return true;
}

}  // namespace

ExecutionCore::ExecutionCore(replay::Assignment assignment, replay::TurnServices services)
    : assignment_(std::move(assignment)), services_(std::move(services)) {}

ExecutionCore::~ExecutionCore() {
  closing_ = true;
  root_ = Task<std::string>();
  disown_futures();
}

/// For futures that the code has moved out of itself: they outlive what they belong to.
void ExecutionCore::disown_futures() {
  for (const auto& [event_id, slot] : std::exchange(calls_, {})) {
    slot->driver.reset();
    slot->core = nullptr;
  }
  for (auto& [event_id, open] : open_) {
    open.slot->core = nullptr;
  }
}

replay::ExternalEvents* ExecutionCore::events_of(SlotKind kind) {
  switch (kind) {
    case SlotKind::external_event:
      return &external_events_;
    case SlotKind::queue_event:
      return &queued_events_;
    default:
      return nullptr;
  }
}

Event ExecutionCore::command(EventKind kind, std::uint64_t source_event_id) {
  if (history_ != nullptr && failure_) {
    return Event{};  // the verdict stands; what the code does before it stops counts no more
  }
  if (history_ == nullptr || cursor_ == history_->size()) {
    replaying_ = false;
    return append(std::move(kind), source_event_id);
  }
  const Event& recorded = (*history_)[cursor_];
  if (!replay::repeats(recorded, kind, source_event_id)) {
    failure_ = nondeterminism(recorded.event_id, describe(recorded.kind), describe(kind));
    return Event{};
  }
  ++cursor_;
  return recorded;
}

/// Whether history says that the code does just this next.
bool ExecutionCore::is_recorded_next(const EventKind& kind) const {
  return history_ != nullptr && !failure_ && cursor_ < history_->size() &&
         replay::repeats((*history_)[cursor_], kind, 0);
}

Event ExecutionCore::append(EventKind kind, std::uint64_t source_event_id) {
  Event event;
  event.event_id = next_event_id_++;
  event.source_event_id = source_event_id;
  event.timestamp = services_.now();
  event.kind = std::move(kind);
  result_.events.push_back(event);
  return event;
}

std::shared_ptr<Slot> ExecutionCore::open(SlotKind kind, std::uint64_t event_id,
                                          std::string_view name) {
  auto slot = std::make_shared<Slot>();
  slot->kind = kind;
  slot->event_id = event_id;
  slot->name = name;
  // After a failure the code runs on to its next await, and stays there.
  if (event_id != 0) {
    slot->core = this;
    if (scheduled_.size() <= event_id) {
      scheduled_.resize(event_id + 1);
    }
    scheduled_[event_id] = kind;
    open_[event_id].slot = slot;
  }
  return slot;
}

void ExecutionCore::drop(Slot& slot) noexcept {
  if (slot.driver) {
    calls_.erase(slot.event_id);
    slot.driver.reset();  // and with it the steps that it waits for
    return;
  }
  replay::ExternalEvents* const events = events_of(slot.kind);
  if (slot.complete) {
    if (events != nullptr && !slot.taken) {
      open_.erase(events->give_back(slot));
    }
    return;
  }
  if (closing_ || finished_) {
    if (events != nullptr) {
      events->stop_waiting(slot);
    }
    return;
  }
  const auto found = open_.find(slot.event_id);
  if (found != open_.end()) {
    const Open open = std::move(found->second);
    open_.erase(found);
    cancel(open, "dropped");
  }
}

void ExecutionCore::cancel(const Open& open, const std::string& reason) {
  const std::uint64_t id = open.slot->event_id;
  const auto same_id = [&](const auto& item) { return item.id == id; };
  switch (open.slot->kind) {
    case SlotKind::activity:
      command(event::ActivityCancelRequested{reason}, id);
      if (!replaying_ && !remove_unsent(result_.activities, same_id)) {
        result_.cancelled_activities.push_back(id);
      }
      break;
    case SlotKind::timer:
      command(event::TimerCancelled{reason}, id);
      if (!replaying_ && !remove_unsent(result_.timers, same_id)) {
        result_.cancelled_timers.push_back({id, open.fire_at});
      }
      break;
    case SlotKind::external_event:
      command(event::ExternalSubscribedCancelled{reason}, id);
      external_events_.stop_waiting(*open.slot);
      break;
    case SlotKind::queue_event:
      command(event::QueueSubscriptionCancelled{reason}, id);
      queued_events_.stop_waiting(*open.slot);
      break;
    case SlotKind::value_read:
      break;  // nothing outside knows of it: the store answers at once
    case SlotKind::sub_orchestration:
      command(event::SubOrchestrationCancelRequested{reason}, id);
      if (!replaying_ && !remove_unsent(result_.messages, [&](const WorkItem& item) {
            const auto* start = std::get_if<work::StartOrchestration>(&item);
            return start != nullptr && start->parent && start->parent->event_id == id;
          })) {
        result_.messages.push_back(
            work::CancelInstance{open.child_instance,
                                 "the parent instance " + assignment_.instance +
                                     " no longer waits for it (" + reason + ")",
                                 ParentLink{assignment_.instance, assignment_.execution_id, id}});
      }
      break;
  }
}

ErrorDetails ExecutionCore::nondeterminism(std::uint64_t event_id, std::string recorded,
                                           std::string attempted) const {
  ErrorDetails details;
  details.category = ErrorCategory::configuration;
  details.kind = ErrorKind::nondeterminism;
  details.subject = assignment_.instance;
  details.message = "event " + std::to_string(event_id) + " of " + assignment_.orchestration + " " +
                    assignment_.version + " is recorded as " + recorded + ", but the code did " +
                    attempted +
                    ". The code must take the same steps whenever it is run on the same history: "
                    "register changed code under a new version, and keep clocks, randomness and "
                    "I/O out of orchestrations.";
  details.nondeterminism = NondeterminismReport{event_id, std::move(recorded), std::move(attempted),
                                                assignment_.orchestration, assignment_.version};
  return details;
}

}  // namespace duroxide::detail
