#include "runtime/turn_hooks.hpp"

#include <utility>
#include <variant>

#include "model/lent_thread.hpp"

namespace duroxide::runtime {

namespace {

struct OutcomeOf {
  TurnOutcome operator()(const replay::StillRunning&) const { return TurnOutcome::waits; }
  TurnOutcome operator()(const replay::Completed&) const { return TurnOutcome::completed; }
  TurnOutcome operator()(const replay::Failed& failed) const {
    return failed.details.is_cancelled() ? TurnOutcome::cancelled : TurnOutcome::failed;
  }
  TurnOutcome operator()(const replay::ContinuedAsNew&) const {
    return TurnOutcome::continued_as_new;
  }
};

}  // namespace

FinishedTurn::FinishedTurn(const Environment& environment, const provider::OrchestrationItem& item,
                           const InterceptedExecution& execution, replay::TurnResult& result)
    : interceptors_(environment.interceptors),
      instance_(execution.instance),
      execution_id_(execution.execution_id),
      orchestration_(execution.orchestration),
      version_(execution.version),
      headers_(execution.headers),
      parent_(execution.parent),
      began_at_(execution.began_at),
      messages_(item.messages.size()),
      attempt_(item.attempt_count),
      replays_(!item.history.empty()),
      at_(environment.clock->now()),
      outcome_(std::visit(OutcomeOf(), result.outcome)),
      ended_steps_(std::move(result.ended_steps)) {}

void FinishedTurn::tell() const {
  const model::LentThread lent("an interceptor");
  const InterceptedExecution execution{instance_, execution_id_, orchestration_, version_,
                                       headers_,  parent_,       began_at_};
  for (const EndedStep& step : ended_steps_) {
    interceptors_->after_step(execution, step);
  }
  interceptors_->after_turn(
      execution, {instance_, execution_id_, orchestration_, messages_, attempt_, replays_, at_},
      outcome_);
}

void tell_of_beginning(const Environment& environment, const provider::OrchestrationItem& item) {
  if (environment.interceptors && environment.interceptors->hooks().before_turn &&
      !item.messages.empty()) {
    environment.interceptors->before_turn(
        {item.instance, item.execution_id, item.orchestration_name, item.messages.size(),
         item.attempt_count, !item.history.empty(), environment.clock->now()});
  }
}

}  // namespace duroxide::runtime
