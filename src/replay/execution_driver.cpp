// The driver's side of ExecutionCore: feeding it history and messages, and ending it.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/decision_text.hpp"
#include "model/engine_flags.hpp"
#include "model/error_size.hpp"
#include "model/exceptions.hpp"
#include "model/history_check.hpp"
#include "model/kinds.hpp"
#include "model/limits.hpp"
#include "model/open_steps.hpp"
#include "model/overloaded.hpp"
#include "replay/execution_core.hpp"
#include "replay/running.hpp"

namespace duroxide::DUROXIDE_ABI::detail {

namespace {

ErrorDetails damaged_history(const std::string& instance, std::string what) {
  ErrorDetails details;
  details.category = ErrorCategory::infrastructure;
  details.kind = ErrorKind::storage;
  details.subject = instance;
  details.message = "the history of instance " + instance + " is damaged: " + std::move(what);
  return details;
}

std::uint64_t bytes_of(const WorkItem& completion) {
  if (const auto* completed = std::get_if<work::ActivityCompleted>(&completion)) {
    return completed->result.size();
  }
  const auto* failed = std::get_if<work::ActivityFailed>(&completion);
  return failed == nullptr ? 0
                           : failed->details.message.size() + model::data_bytes(failed->details);
}

}  // namespace

void ExecutionCore::begin(const Event& event) {
  const auto& started = std::get<event::OrchestrationStarted>(event.kind);
  parent_ = started.parent;
  if (replaying_) {
    set_headers(started.headers);  // `begin_from` has done so for a new one
  }
  began_at_ = event.timestamp;
  hand_to_wait(state_.take(event, false));
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
  run_until_waiting();
}

void ExecutionCore::begin_from(const WorkItem& message) {
  event::OrchestrationStarted started;
  started.name = assignment_.orchestration;
  started.version = assignment_.version;
  started.engine_flags = model::current_engine_flags;
  if (const auto* start = std::get_if<work::StartOrchestration>(&message)) {
    started.input = start->input;
    started.parent = start->parent;
    started.headers = start->headers;
  } else if (const auto* next = std::get_if<work::ContinueAsNew>(&message)) {
    started.input = next->input;
    started.parent = next->parent;
    started.carried = next->carried;
    started.headers = next->headers;
  } else {
    failure_ =
        damaged_history(assignment_.instance, "it is empty, and no start message is there either");
  }
  parent_ = started.parent;
  set_headers(started.headers);
  began_at_ = append(started, 0).timestamp;
}

void ExecutionCore::replay(const std::vector<Event>& history, bool has_ended_there) {
  const RunsHere here(*this);
  has_ended_there_ = has_ended_there;
  next_event_id_ = history.size() + 1;
  if (model::has_ended(history)) {
    finished_ = true;
    return;
  }
  history_ = &history;
  cursor_ = 1;
  replaying_ = true;
  if (auto sound = model::check_history(history)) {
    begin(history.front());
  } else {
    failure_ = damaged_history(assignment_.instance, std::move(sound).error().what);
  }
  while (!failure_ && cursor_ < history.size()) {
    const Event& event = history[cursor_];
    if (model::is_command(event.kind)) {
      failure_ =
          nondeterminism(event.event_id, model::describe_in_full(event.kind, event.source_event_id),
                         root_done_ ? "nothing more: it had ended" : what_is_open());
    } else {
      ++cursor_;
      deliver(event);
      run_until_waiting();
    }
  }
  history_ = nullptr;
  replaying_ = false;
  history_warned_ = services_->history_warning != 0 && history_size() >= services_->history_warning;
  if (failure_) {
    adopt(history);
  }
}

/// What the code did instead of a step that it has not taken.
std::string ExecutionCore::what_is_open() const {
  constexpr int most = 5;
  std::string text = "nothing: it was waiting for something else";
  std::string_view between = " (open: ";
  int count = 0;
  for (const auto& [event_id, open] : open_) {
    if (++count > most) {
      text += " …";
      break;
    }
    text.append(between).append(model::describe_step((*history_)[event_id - 1].kind));
    text += " of event " + std::to_string(event_id);
    between = ", ";
  }
  return count == 0 ? text : text + ")";
}

/// Learns from history alone what is open, so that it can be closed although the code cannot run.
void ExecutionCore::adopt(const std::vector<Event>& history) {
  next_event_id_ = history.size() + 1;
  model::OpenSteps found = model::find_steps_to_close(history);
  finished_ = found.ended;
  parent_ = std::move(found.parent);
  set_headers(model::headers_of(history));
  began_at_ = history.empty() ? Timestamp() : history.front().timestamp;
  open_.clear();
  turn_.reset();
  for (const model::OpenStep& step : found.steps) {
    auto slot = std::make_shared<Slot>();
    slot->kind = step.what.index();
    slot->event_id = step.event_id;
    slot->name = model::label_of(step.what);
    open_[step.event_id] = Open{std::move(slot), model::whereabouts_of(step.what), step.at};
  }
}

ExecutionCore::Turn& ExecutionCore::turn() {
  if (turn_ == nullptr) {
    turn_ = std::make_unique<Turn>();
  }
  return *turn_;
}

replay::TurnResult ExecutionCore::take_result() {
  const auto taken = std::exchange(turn_, nullptr);
  return taken == nullptr ? replay::TurnResult() : std::move(taken->result);
}

replay::TurnResult ExecutionCore::run(const std::vector<WorkItem>& messages) {
  const RunsHere here(*this);
  auto message = messages.begin();
  if (!messages.empty()) {
    result().events.reserve(messages.size() + 1);  // most turns record what came and one decision
  }
  if (next_event_id_ == 1 && !finished_ && message != messages.end()) {
    begin_from(*message++);
    const auto cancel = std::find_if(message, messages.end(), [](const WorkItem& each) {
      return std::holds_alternative<work::CancelInstance>(each);
    });
    if (cancel != messages.end()) {
      // Before any of its code has run: there is nothing to clean up.
      const auto& message = std::get<work::CancelInstance>(*cancel);
      const event::OrchestrationCancelRequested request{message.reason, message.timed_out};
      append(request, 0);
      finish(cancelled_by(request));
    } else if (!failure_) {
      // A copy: the code appends events while it runs.
      const Event started = result().events.front();
      begin(started);
    }
  }
  finish_root();
  do_at_once();
  for (; message != messages.end(); ++message) {
    const auto place = static_cast<std::uint64_t>(message - messages.begin());
    if (!finished_) {
      const std::size_t recorded = result().events.size();
      arrive(*message);
      if (failure_ && result().events.size() == recorded) {
        result().untaken.push_back(place);  // it is what shows that code and history disagree
      }
      finish_root();
      do_at_once();
    } else if (std::holds_alternative<replay::ContinuedAsNew>(result().outcome)) {
      hand_on(*message);
    } else {
      result().untaken.push_back(place);
    }
  }
  end_at_once();
  report_state();
  return take_result();
}

void ExecutionCore::do_at_once() {
  do {
    answer_refused();
    run_at_once();
  } while (!finished_ && has_refused());
}

/// Their results come in like messages, at the place in the history where they are computed, so that a
/// replay meets them there. Each is tried once.
void ExecutionCore::run_at_once() {
  Turn& now = turn();
  std::size_t tried = 0;  // others come behind them meanwhile
  while (!finished_ && tried < now.to_run_at_once.size() &&
         now.done_at_once.size() < services_->most_run_at_once &&
         now.bytes_at_once < services_->most_bytes_at_once) {
    const std::uint64_t id = now.to_run_at_once[tried++];
    // By id, in which order they are: what the code has given up meanwhile is no longer there.
    auto& activities = now.result.activities;
    const auto activity =
        std::lower_bound(activities.begin(), activities.end(), id,
                         [](const auto& each, std::uint64_t wanted) { return each.id < wanted; });
    if (activity == activities.end() || activity->id != id) {
      continue;
    }
    if (const auto completion = services_->run_at_once(*activity)) {
      now.done_at_once.push_back(id);
      now.bytes_at_once += bytes_of(*completion);
      arrive(*completion);
      finish_root();
    }
  }
  now.to_run_at_once.erase(now.to_run_at_once.begin(),
                           now.to_run_at_once.begin() + static_cast<std::ptrdiff_t>(tried));
}

/// What was done within the turn does not go out.
void ExecutionCore::end_at_once() {
  auto& done = turn().done_at_once;
  std::sort(done.begin(), done.end());
  std::erase_if(result().activities, [&done](const auto& each) {
    return std::binary_search(done.begin(), done.end(), each.id);
  });
}

replay::TurnResult ExecutionCore::fail(const std::vector<Event>& history,
                                       const std::vector<WorkItem>& messages,
                                       ErrorDetails details) {
  const RunsHere here(*this);
  std::uint64_t place = 0;
  if (next_event_id_ == 1 && !history.empty()) {
    adopt(history);
  } else if (next_event_id_ == 1 && !messages.empty()) {
    begin_from(messages.front());
    ++place;
  }
  for (; place < messages.size(); ++place) {
    result().untaken.push_back(place);
  }
  const bool timed_out = details.kind == ErrorKind::timed_out;
  if (!finished_ && (timed_out || details.is_cancelled())) {
    append(event::OrchestrationCancelRequested{details.message, timed_out}, 0);
  }
  if (!finished_) {
    finish(replay::Failed{std::move(details)});
  }
  report_state();
  return take_result();
}

void ExecutionCore::report_state() {
  model::InstanceState& shown = state_.shown();
  for (auto& [key, value] : shown.take_new_values()) {
    result().values.push_back({key, std::move(value)});
  }
  if (shown.take_status_is_new()) {
    result().custom_status =
        replay::CustomStatusChange{shown.custom_status(), shown.custom_status_version()};
  }
}

void ExecutionCore::arrive_for_step(const model::Answer& answer, const WorkItem& message) {
  if (answer.execution_id != assignment_.execution_id) {
    return;  // of an earlier execution, which has ended
  }
  const auto scheduled =
      answer.id < scheduled_.size() ? scheduled_[answer.id] : std::optional<std::size_t>();
  if (scheduled != answer.step) {
    failure_ = nondeterminism(
        answer.id, "the schedule of " + std::string(answer.event) + ", which has arrived",
        scheduled ? "schedule " + std::string(model::words_of(*scheduled).schedule) + " there"
                  : std::string("schedule nothing there"));
    return;
  }
  if (open_.count(answer.id) == 0) {
    return;  // a repetition, or the late result of something cancelled
  }
  deliver(append(*model::event_of(message), answer.id));
}

/// Repeated starts become no event: the execution runs already.
void ExecutionCore::arrive(const WorkItem& message) {
  if (const auto answer = model::answer_in(message)) {
    arrive_for_step(*answer, message);
  } else if (const auto* update = std::get_if<work::UpdateRequest>(&message)) {
    arrive_update(*update);
  } else if (!std::holds_alternative<work::CancelInstance>(message) || !cancel_) {
    if (auto event = model::event_of(message)) {
      deliver(append(std::move(*event), 0));
    }
  }
  if (!finished_) {
    run_until_waiting();
  }
}

void ExecutionCore::deliver(const Event& event) {
  hand_to_wait(state_.take(event, !replaying_));
  if (auto outcome = model::outcome_of(event.kind)) {
    resolve(event.source_event_id, std::move(*outcome));
  } else if (const auto* cancel = std::get_if<event::OrchestrationCancelRequested>(&event.kind)) {
    request_cancel(*cancel);
  }
}

void ExecutionCore::hand_to_wait(std::optional<model::Arrived> arrived) {
  if (arrived) {
    resolve(arrived->wait, std::move(arrived->data), arrived->arrival);
  }
}

void ExecutionCore::resolve(std::uint64_t event_id, model::StepOutcome outcome,
                            std::uint64_t arrival) {
  const auto found = open_.find(event_id);
  if (found != open_.end()) {
    note_end(found->second, outcome ? EndedStep::Outcome::succeeded : EndedStep::Outcome::failed,
             outcome ? nullptr : &outcome.error());
    const std::shared_ptr<Slot> slot = std::move(found->second.slot);
    open_.erase(found);
    slot->arrival = arrival;
    complete(*slot, std::move(outcome));
  }
}

/// The code runs as far as it goes; then what has become true lets it go on, and after that one by one
/// what was asked of it.
void ExecutionCore::run_until_waiting() {
  do {
    run_code();
  } while (meet_conditions() || handle_next_update());
}

void ExecutionCore::run_code() {
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

}  // namespace duroxide::DUROXIDE_ABI::detail
