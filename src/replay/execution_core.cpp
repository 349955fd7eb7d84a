#include "replay/execution_core.hpp"

#include <algorithm>
#include <utility>

#include "model/decision_text.hpp"
#include "model/invariant.hpp"
#include "model/kinds.hpp"
#include "replay/running.hpp"

namespace duroxide::DUROXIDE_ABI::detail {

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

void complete(Slot& slot, model::StepOutcome outcome) {
  DUROXIDE_INVARIANT(!slot.complete, "a step is completed once");
  slot.complete = true;
  if (outcome) {
    slot.value = std::move(*outcome);
  } else {
    slot.error = std::move(outcome).error();
  }
  if (Completion* waiter = std::exchange(slot.waiter, nullptr)) {
    waiter->done();
  }
}

ExecutionCore::ExecutionCore(std::shared_ptr<const replay::Assignment> assignment,
                             std::shared_ptr<const replay::TurnServices> services)
    : shared_assignment_(std::move(assignment)),
      assignment_(*shared_assignment_),
      services_(std::move(services)) {}

ExecutionCore::~ExecutionCore() {
  const RunsHere here(*this);  // what the code has left to do when its frame goes
  closing_ = true;
  forget_handlers();  // first: they refer to what the code holds
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
  if (asking_) {
    for (const auto& condition : std::exchange(asking_->conditions, {})) {
      condition->slot->core = nullptr;
    }
  }
}

Event ExecutionCore::command(EventKind kind, std::uint64_t source_event_id) {
  if (history_ != nullptr && failure_) {
    return Event{};  // the verdict stands; what the code does before it stops counts no more
  }
  if (history_ == nullptr || cursor_ == history_->size()) {
    replaying_ = false;
    if (is_wanted_ && services_->before_step && source_event_id == 0) {
      intercept(kind);
    }
    return append(std::move(kind), source_event_id);
  }
  const Event& recorded = (*history_)[cursor_];
  if (recorded.source_event_id != source_event_id ||
      !model::is_same_decision(recorded.kind, kind)) {
    auto apart =
        model::describe_apart(recorded.kind, recorded.source_event_id, kind, source_event_id);
    failure_ = nondeterminism(recorded.event_id, std::move(apart.recorded),
                              std::move(apart.attempted), apart.difference);
    return Event{};
  }
  ++cursor_;
  return recorded;
}

/// Whether history says that the code does just this next.
bool ExecutionCore::is_recorded_next(const EventKind& kind) const {
  return history_ != nullptr && !failure_ && cursor_ < history_->size() &&
         (*history_)[cursor_].source_event_id == 0 &&
         model::is_same_decision((*history_)[cursor_].kind, kind);
}

/// Whether the code was at this place before.
bool ExecutionCore::has_passed_here() const {
  return history_ != nullptr && (cursor_ < history_->size() || has_ended_there_);
}

Event ExecutionCore::append(EventKind kind, std::uint64_t source_event_id) {
  DUROXIDE_INVARIANT(history_ == nullptr || next_event_id_ > history_->size(),
                     "a new event stands behind the history");
  DUROXIDE_INVARIANT(
      result().events.empty() || result().events.back().event_id + 1 == next_event_id_,
      "the new events of a turn are numbered one by one");
  Event event;
  event.event_id = next_event_id_++;
  event.source_event_id = source_event_id;
  event.timestamp = services_->now();
  event.kind = std::move(kind);
  result().events.push_back(event);
  return event;
}

Event ExecutionCore::record_event(EventKind kind) {
  require_no_pure_code();
  Event event = command(std::move(kind));
  if (event.event_id != 0) {
    send_request(event);
    hand_to_wait(state_.take(event, !replaying_));
  }
  return event;
}

std::shared_ptr<Slot> ExecutionCore::schedule(EventKind kind) {
  require_no_pure_code();
  require_awaitable("ask for what would have to be awaited");
  auto slot = std::make_shared<Slot>();
  slot->kind = kind.index();
  slot->name = model::label_of(kind);
  const Event event = command(std::move(kind));
  slot->event_id = event.event_id;
  if (event.event_id == 0) {
    return slot;  // after a failure the code runs on to its next await, and stays there
  }
  slot->core = this;
  if (scheduled_.size() <= event.event_id) {
    scheduled_.resize(event.event_id + 1);
  }
  scheduled_[event.event_id] = slot->kind;
  const bool is_new =
      open_.emplace(event.event_id, Open{slot, model::whereabouts_of(event.kind), event.timestamp})
          .second;
  DUROXIDE_INVARIANT(is_new, "an event schedules one step");
  send_request(event);
  hand_to_wait(state_.take(event, !replaying_));  // something may have been kept for it
  return slot;
}

/// What the turn sends out because of a new event.
void ExecutionCore::send_request(const Event& event) {
  if (replaying_ || (has_refused() && turn_->refused.back().first == event.event_id)) {
    return;
  }
  const model::Caller caller{assignment_.instance, assignment_.execution_id,
                             assignment_.orchestration, assignment_.version, headers_};
  auto request = model::request_of(caller, event.event_id, event.kind);
  if (!request) {
    return;
  }
  if (auto* activity = std::get_if<work::ActivityExecute>(&*request)) {
    if (services_->run_at_once) {
      turn().to_run_at_once.push_back(activity->id);
    }
    result().activities.push_back(std::move(*activity));
  } else if (auto* timer = std::get_if<work::TimerFired>(&*request)) {
    result().timers.push_back(std::move(*timer));
  } else {
    result().messages.push_back(std::move(*request));
  }
}

void ExecutionCore::drop(Slot& slot) noexcept {
  if (slot.driver) {
    calls_.erase(slot.event_id);
    slot.driver.reset();  // and with it the steps that it waits for
    return;
  }
  if (slot.complete) {
    if (model::is_wait(slot.kind) && !slot.taken && !is_dropped_in_pure_code(slot)) {
      hand_to_wait(state_.give_back(slot.kind, slot.name, slot.arrival, slot.value));
    }
    return;
  }
  if (slot.event_id == 0) {
    if (closing_ || finished_ || !is_dropped_in_pure_code(slot)) {
      forget_condition(slot);
    }
    return;
  }
  if (closing_ || finished_) {
    state_.stop_waiting(slot.kind, slot.event_id);
    return;
  }
  const auto found = open_.find(slot.event_id);
  if (found != open_.end() && !is_dropped_in_pure_code(slot)) {
    const Open open = std::move(found->second);
    open_.erase(found);
    cancel(open, "dropped");
  }
}

void ExecutionCore::cancel(const Open& open, const std::string& reason) {
  note_end(open, EndedStep::Outcome::given_up);
  auto giving_up = model::giving_up(
      open.slot->kind, open.at.outlives_parent ? reason + "; the child goes on" : reason);
  if (!giving_up) {
    return;  // nobody outside would have to know
  }
  const Event event = command(std::move(*giving_up), open.slot->event_id);
  if (event.event_id != 0) {
    hand_to_wait(state_.take(event, !replaying_));
  }
  if (!replaying_) {
    take_back(open, reason);
  }
}

/// What has not gone out yet does not go out; of the rest, those are told who have it.
void ExecutionCore::take_back(const Open& open, const std::string& reason) {
  const std::uint64_t id = open.slot->event_id;
  if (forget_refused(id)) {
    return;
  }
  const auto same_id = [&](const auto& item) { return item.id == id; };
  const auto is_its_start = [&](const WorkItem& item) {
    const auto* start = std::get_if<work::StartOrchestration>(&item);
    return start != nullptr && start->parent && start->parent->event_id == id;
  };
  const auto is_its_wait = [&](const WorkItem& item) {
    const auto* wait = std::get_if<work::AwaitInstance>(&item);
    return wait != nullptr && wait->reader.event_id == id;
  };
  switch (model::errand_of(open.slot->kind)) {
    case model::Errand::activity:
      if (!remove_unsent(result().activities, same_id)) {
        result().cancelled_activities.push_back(id);
      }
      break;
    case model::Errand::timer:
      if (!remove_unsent(result().timers, same_id)) {
        result().cancelled_timers.push_back({id, open.at.due});
      }
      break;
    case model::Errand::child:
      if (!open.at.outlives_parent && !remove_unsent(result().messages, is_its_start)) {
        result().messages.push_back(
            work::CancelInstance{open.at.instance,
                                 "the parent instance " + assignment_.instance +
                                     " no longer waits for it (" + reason + ")",
                                 ParentLink{assignment_.instance, assignment_.execution_id, id}});
      }
      break;
    case model::Errand::end:
      if (!remove_unsent(result().messages, is_its_wait)) {
        result().messages.push_back(work::AwaitInstance{
            open.at.instance, ParentLink{assignment_.instance, assignment_.execution_id, id},
            true});
      }
      break;
    case model::Errand::question:
    case model::Errand::none:
      break;
  }
}

ErrorDetails ExecutionCore::nondeterminism(std::uint64_t event_id, std::string recorded,
                                           std::string attempted,
                                           const std::string& difference) const {
  ErrorDetails details;
  details.category = ErrorCategory::configuration;
  details.kind = ErrorKind::nondeterminism;
  details.subject = assignment_.instance;
  details.message = "event " + std::to_string(event_id) + " of " + assignment_.orchestration + " " +
                    assignment_.version + " is recorded as " + recorded + ", but the code did " +
                    attempted + (difference.empty() ? "" : "; they differ in " + difference) +
                    ". The code must take the same steps whenever it is run on the same history: "
                    "register changed code under a new version, and keep clocks, randomness and "
                    "I/O out of orchestrations.";
  details.nondeterminism = NondeterminismReport{event_id, std::move(recorded), std::move(attempted),
                                                assignment_.orchestration, assignment_.version};
  return details;
}

}  // namespace duroxide::DUROXIDE_ABI::detail
