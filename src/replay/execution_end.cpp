// The end of an execution: how it ended, and who has to know.

#include <utility>

#include "model/cancellation.hpp"
#include "model/error_size.hpp"
#include "model/exceptions.hpp"
#include "model/invariant.hpp"
#include "model/limits.hpp"
#include "replay/execution_core.hpp"

namespace duroxide::DUROXIDE_ABI::detail {

void ExecutionCore::check_history_size() {
  const std::uint64_t size = history_size();
  if (services_->history_warning != 0 && size >= services_->history_warning && !history_warned_) {
    history_warned_ = true;
    log(LogLevel::warn, "the history has " + std::to_string(size) +
                            " events; continue as new to keep replays short");
  }
  if (services_->history_limit != 0 && size > services_->history_limit && !failure_) {
    ErrorDetails details;
    details.category = ErrorCategory::configuration;
    details.kind = ErrorKind::limit_exceeded;
    details.subject = assignment_.instance;
    details.message = "the history has " + std::to_string(size) + " events, the limit is " +
                      std::to_string(services_->history_limit) +
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
  } else if (cancel_told_ && (root_done_ || next_execution_)) {
    finish(outcome_of_cancelled_root());
  } else if (next_execution_) {
    finish(replay::ContinuedAsNew{next_execution_->input});
  } else if (root_done_) {
    finish(outcome_of_root());
  }
}

replay::Outcome ExecutionCore::cancelled_by(
    const event::OrchestrationCancelRequested& request) const {
  return replay::Failed{model::details_of(request, assignment_.instance)};
}

replay::Outcome ExecutionCore::outcome_of_root() {
  try {
    Payload output = root_.take();
    auto size = model::check_payload("orchestration's output", output);
    if (size) {
      return replay::Completed{std::move(output)};
    }
    return replay::Failed{application_error(ErrorKind::limit_exceeded, std::move(size).error().what,
                                            assignment_.instance)};
  } catch (...) {
    ErrorDetails details = model::details_of(
        std::current_exception(), ErrorKind::orchestration_failed, assignment_.orchestration);
    if (details.is_cancelled()) {
      // Somebody else was cancelled, a child say; this instance has failed because of it.
      details.message = details.to_string();
      details.kind = ErrorKind::orchestration_failed;
    }
    return replay::Failed{std::move(details)};
  }
}

/// The code has ended after it learnt of the cancellation: it let that pass, or has cleaned up, or has
/// failed to.
replay::Outcome ExecutionCore::outcome_of_cancelled_root() {
  if (root_done_) {
    try {
      (void)root_.take();
    } catch (const OrchestrationCancelled&) {
    } catch (...) {
      return outcome_of_root();
    }
  }
  return cancelled_by(*cancel_);
}

void ExecutionCore::finish(replay::Outcome outcome) {
  DUROXIDE_INVARIANT(!finished_, "an execution ends once");
  closing_ = true;
  forget_handlers();  // first: they refer to what the code holds
  root_ = Task<std::string>();
  closing_ = false;
  disown_futures();
  history_ = nullptr;
  replaying_ = false;
  close_everything("the orchestration has ended");
  finished_ = true;
  if (const auto* completed = std::get_if<replay::Completed>(&outcome)) {
    append(event::OrchestrationCompleted{completed->output}, 0);
  } else if (auto* failed = std::get_if<replay::Failed>(&outcome)) {
    model::limit_size(failed->details);
    append(event::OrchestrationFailed{failed->details}, 0);
  } else if (std::holds_alternative<replay::ContinuedAsNew>(outcome)) {
    begin_next_execution();
  }
  tell_parent(outcome);
  result().outcome = std::move(outcome);
}

void ExecutionCore::begin_next_execution() {
  append(event::OrchestrationContinuedAsNew{next_execution_->input, next_execution_->version}, 0);
  result().messages.push_back(work::ContinueAsNew{
      assignment_.instance, assignment_.execution_id + 1, assignment_.orchestration,
      next_execution_->input, next_execution_->version, parent_, state_.carried(), headers_});
  ask_again_in_next_execution();
  if (cancel_) {
    result().messages.push_back(work::CancelInstance{assignment_.instance, cancel_->reason,
                                                     std::nullopt, cancel_->timed_out});
  }
}

/// A message behind the end of the execution is the next one's, if it is for the whole instance.
void ExecutionCore::hand_on(const WorkItem& message) {
  CarriedState* carried = nullptr;
  for (WorkItem& item : result().messages) {
    if (auto* next = std::get_if<work::ContinueAsNew>(&item)) {
      carried = &next->carried;
    }
  }
  DUROXIDE_INVARIANT(carried != nullptr,
                     "the end of an execution that continues as new starts the next one");
  if (model::carry(message, *carried)) {
    return;
  }
  if (const auto* update = std::get_if<work::UpdateRequest>(&message)) {
    hand_on_update(*update);
  } else if (std::holds_alternative<work::CancelInstance>(message)) {
    result().messages.push_back(message);
  }
}

/// One that this execution knows is a repetition, and would be done twice.
void ExecutionCore::hand_on_update(const work::UpdateRequest& update) {
  if (const auto* answered = state_.updates().answer_to(update.id)) {
    tell_answer(*answered);
  } else if (!state_.updates().knows(update.id)) {
    result().messages.push_back(update);
  }
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
    result().messages.push_back(work::SubOrchCompleted{parent_->instance, parent_->execution_id,
                                                       parent_->event_id, completed->output});
  } else if (const auto* failed = std::get_if<replay::Failed>(&outcome)) {
    ErrorDetails details = failed->details;
    details.came_through({ErrorOrigin::Kind::orchestration, assignment_.orchestration,
                          assignment_.instance, assignment_.execution_id, 0});
    result().messages.push_back(work::SubOrchFailed{parent_->instance, parent_->execution_id,
                                                    parent_->event_id, std::move(details)});
  }
}

}  // namespace duroxide::DUROXIDE_ABI::detail
