#include "replay/execution_core.hpp"

#include <algorithm>
#include <utility>

#include "model/ids.hpp"
#include "model/limits.hpp"
#include "replay/commands.hpp"

namespace duroxide::detail {

namespace {

/// A wrong argument, told to the code before anything is recorded.
void require(std::string problem) {
  if (!problem.empty()) {
    ErrorDetails details;
    details.category = ErrorCategory::configuration;
    details.kind = ErrorKind::invalid_input;
    details.message = std::move(problem);
    throw OrchestrationError(std::move(details));
  }
}

void require_version(const std::optional<std::string>& version) {
  if (version) {
    require(model::check_version(*version));
  }
}

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
  for (auto& [event_id, open] : open_) {
    open.slot->core = nullptr;
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

std::shared_ptr<Slot> ExecutionCore::schedule_activity(std::string_view name, std::string input) {
  require(model::check_name("activity name", name));
  require(model::check_payload("activity's input", input));
  const Event event = command(event::ActivityScheduled{std::string(name), std::move(input)});
  if (!replaying_ && event.event_id != 0) {
    const auto& scheduled = std::get<event::ActivityScheduled>(event.kind);
    result_.activities.push_back({assignment_.instance, assignment_.execution_id, event.event_id,
                                  scheduled.name, scheduled.input, assignment_.orchestration,
                                  assignment_.version});
  }
  return open(SlotKind::activity, event.event_id, name);
}

std::shared_ptr<Slot> ExecutionCore::schedule_timer(Milliseconds delay) {
  const Event event = command(event::TimerCreated{saturating_add(services_.now(), delay)});
  auto slot = open(SlotKind::timer, event.event_id, "timer");
  if (event.event_id != 0) {
    const Timestamp fire_at = std::get<event::TimerCreated>(event.kind).fire_at;
    open_[event.event_id].fire_at = fire_at;
    if (!replaying_) {
      result_.timers.push_back(
          {assignment_.instance, assignment_.execution_id, event.event_id, fire_at});
    }
  }
  return slot;
}

std::shared_ptr<Slot> ExecutionCore::wait_for_event(std::string_view name) {
  require(model::check_name("event name", name));
  const Event event = command(event::ExternalSubscribed{std::string(name)});
  auto slot = open(SlotKind::external_event, event.event_id, name);
  if (event.event_id != 0) {
    external_events_.wait(slot);
    if (slot->complete) {
      open_.erase(event.event_id);
    }
  }
  return slot;
}

std::shared_ptr<Slot> ExecutionCore::schedule_child(std::string_view name, std::string input,
                                                    const SubOrchestrationOptions& options) {
  require(model::check_name("orchestration name", name));
  require(model::check_payload("sub-orchestration's input", input));
  require_version(options.version());
  if (options.instance_id()) {
    require(model::check_instance_id(*options.instance_id()));
  }
  const std::uint64_t next_id = history_ != nullptr && cursor_ < history_->size()
                                    ? (*history_)[cursor_].event_id
                                    : next_event_id_;
  const std::string child = options.instance_id().value_or(
      model::child_instance_id(assignment_.instance, assignment_.execution_id, next_id));
  const Event event =
      command(event::SubOrchestrationScheduled{std::string(name), options.version(), child, input});
  auto slot = open(SlotKind::sub_orchestration, event.event_id, name);
  if (event.event_id != 0) {
    open_[event.event_id].child_instance = child;
    if (!replaying_) {
      result_.messages.push_back(work::StartOrchestration{
          child, std::string(name), std::move(input), options.version(),
          ParentLink{assignment_.instance, assignment_.execution_id, event.event_id}});
    }
  }
  return slot;
}

void ExecutionCore::schedule_detached(std::string_view name, std::string_view instance,
                                      std::string input, std::optional<std::string> version) {
  require(model::check_name("orchestration name", name));
  require(model::check_instance_id(instance));
  require(model::check_payload("orchestration's input", input));
  require_version(version);
  const Event event = command(
      event::OrchestrationChained{std::string(name), version, std::string(instance), input});
  if (!replaying_ && event.event_id != 0) {
    result_.messages.push_back(work::StartOrchestration{std::string(instance), std::string(name),
                                                        std::move(input), std::move(version),
                                                        std::nullopt});
  }
}

void ExecutionCore::continue_as_new(std::string input, std::optional<std::string> version) {
  require(model::check_payload("next execution's input", input));
  require_version(version);
  if (!next_execution_) {
    next_execution_ = NextExecution{std::move(input), std::move(version)};
  }
}

Timestamp ExecutionCore::utc_now() {
  const Event event = command(event::UtcNowRecorded{services_.now()});
  return event.event_id == 0 ? services_.now() : std::get<event::UtcNowRecorded>(event.kind).time;
}

std::string ExecutionCore::new_guid() {
  Event event = command(event::GuidRecorded{services_.new_guid()});
  return event.event_id == 0 ? services_.new_guid()
                             : std::move(std::get<event::GuidRecorded>(event.kind).guid);
}

void ExecutionCore::log(LogLevel level, std::string message) const {
  if (!replaying_ && services_.log) {
    services_.log(LogRecord{level,
                            std::move(message),
                            assignment_.instance,
                            assignment_.execution_id,
                            assignment_.orchestration,
                            assignment_.version,
                            {}});
  }
}

void ExecutionCore::drop(Slot& slot) noexcept {
  if (slot.complete) {
    if (slot.kind == SlotKind::external_event && !slot.taken) {
      open_.erase(external_events_.give_back(slot));
    }
    return;
  }
  if (closing_ || finished_) {
    if (slot.kind == SlotKind::external_event) {
      external_events_.stop_waiting(slot);
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
