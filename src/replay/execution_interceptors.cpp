// What interceptors say to steps that are new, and what they are told of those that have ended.

#include <algorithm>
#include <string>
#include <type_traits>
#include <utility>

#include <duroxide/interceptor.hpp>

#include "model/activity_failure.hpp"
#include "model/kinds.hpp"
#include "replay/execution_core.hpp"

namespace duroxide::DUROXIDE_ABI::detail {

namespace {

StepKind step_kind(std::size_t kind) {
  switch (kind) {
    case model::place_of<event::TimerCreated>():
      return StepKind::timer;
    case model::place_of<event::ExternalSubscribed>():
      return StepKind::event;
    case model::place_of<event::QueueSubscribed>():
      return StepKind::queue_message;
    case model::place_of<event::SubOrchestrationScheduled>():
      return StepKind::child;
    case model::place_of<event::OrchestrationChained>():
      return StepKind::detached;
    case model::place_of<event::KeyValueReadScheduled>():
      return StepKind::value;
    case model::place_of<event::InstanceAwaited>():
      return StepKind::end;
    default:
      return StepKind::activity;
  }
}

ErrorDetails details_of(Refusal refusal, ErrorKind kind, const std::string& subject) {
  ErrorDetails details = application_error(kind, std::move(refusal.message), subject);
  details.do_not_retry = true;
  return details;
}

}  // namespace

InterceptedExecution ExecutionCore::intercepted() const {
  return {assignment_.instance,
          assignment_.execution_id,
          assignment_.orchestration,
          assignment_.version,
          headers_,
          parent_,
          began_at_};
}

/// Whether interceptors want to hear of the execution follows from its headers, so they are asked once.
void ExecutionCore::set_headers(Headers headers) {
  headers_ = std::move(headers);
  is_wanted_ = !services_->wants || services_->wants(headers_);
}

/// Asks about the event that is appended next, and lets it have the headers that it is to go out with.
void ExecutionCore::intercept(EventKind& kind) {
  const bool is_step = model::opens_step(model::role_of(kind)) ||
                       std::holds_alternative<event::OrchestrationChained>(kind);
  if (!is_step) {
    return;
  }
  const std::uint64_t id = next_event_id_;
  Headers headers = headers_;
  InterceptedStep step{step_kind(kind.index()), id, {}, {}, {}, headers};
  std::visit(
      [&]<class Kind>(const Kind& each) {
        if constexpr (requires { each.name; }) {
          step.name = each.name;
        }
        if constexpr (std::is_same_v<Kind, event::InstanceAwaited>) {
          step.name = each.instance;
        }
        if constexpr (requires {
                        each.headers;
                        each.input;
                      }) {
          step.input = each.input;
        }
        if constexpr (requires {
                        each.headers;
                        each.instance;
                      }) {
          step.child = each.instance;
        }
      },
      kind);
  Admission admitted = services_->before_step(intercepted(), step);
  if (admitted) {
    if (headers != headers_) {
      std::visit(
          [&]<class Kind>(Kind& each) {
            if constexpr (requires { each.headers.has_value(); }) {
              each.headers = std::move(headers);
            }
          },
          kind);
    }
    return;
  }
  if (const auto* activity = std::get_if<event::ActivityScheduled>(&kind)) {
    work::ActivityExecute call;
    call.instance = assignment_.instance;
    call.execution_id = assignment_.execution_id;
    call.id = id;
    call.name = activity->name;
    turn().refused.emplace_back(
        id, model::failed_activity(call, details_of(std::move(admitted).error(),
                                                    ErrorKind::activity_failed, call.name)));
  } else if (const auto* child = std::get_if<event::SubOrchestrationScheduled>(&kind)) {
    turn().refused.emplace_back(
        id, work::SubOrchFailed{assignment_.instance, assignment_.execution_id, id,
                                details_of(std::move(admitted).error(),
                                           ErrorKind::orchestration_failed, child->instance)});
  }
}

/// The code has given it up before it was answered: nobody has to know.
bool ExecutionCore::forget_refused(std::uint64_t event_id) {
  const auto is_its_answer = [&](const WorkItem& item) {
    const auto answer = model::answer_in(item);
    return answer && answer->id == event_id && target_instance(item) == assignment_.instance;
  };
  return std::erase_if(turn().refused,
                       [event_id](const auto& each) { return each.first == event_id; }) > 0 ||
         std::erase_if(result().messages, is_its_answer) > 0;
}

/// The failure comes in like a message, so that a replay meets it at the same place. Those beyond what one
/// turn takes are sent, and come in with a later turn: code that tries again for ever must not hold the
/// thread.
void ExecutionCore::answer_refused() {
  while (!finished_ && has_refused()) {
    WorkItem message = std::move(turn().refused.front().second);
    turn().refused.erase(turn().refused.begin());
    if (turn().refusals_answered == services_->most_run_at_once) {
      result().messages.push_back(std::move(message));
      continue;
    }
    ++turn().refusals_answered;
    arrive(message);
    finish_root();
  }
}

void ExecutionCore::note_end(const Open& open, EndedStep::Outcome outcome,
                             const ErrorDetails* error) {
  if (!is_wanted_ || replaying_) {
    return;
  }
  const StepKind kind = step_kind(open.slot->kind);
  if (!(kind == StepKind::activity ? services_->notes_ended_calls : services_->notes_ended_steps)) {
    return;
  }
  EndedStep step;
  step.kind = kind;
  step.outcome = outcome;
  step.event_id = open.slot->event_id;
  step.name = open.slot->name;
  step.began_at = open.since;
  step.ended_at = services_->now();
  if (error != nullptr) {
    step.error = error->message;
  }
  result().ended_steps.push_back(std::move(step));
}

}  // namespace duroxide::DUROXIDE_ABI::detail
