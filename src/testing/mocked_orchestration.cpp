#include "testing/mocked_orchestration.hpp"

#include <cstdint>
#include <exception>
#include <map>
#include <string>
#include <utility>

#include "model/exceptions.hpp"

namespace duroxide::DUROXIDE_ABI::testkit {

namespace {

struct Decision {
  Milliseconds takes{0};
  bool never_completes = false;
  Result<std::string, ErrorDetails> answer;
};

/// What was decided for each execution.
class Decisions {
 public:
  Decisions(std::shared_ptr<MockState> mock, std::shared_ptr<const Clock> clock, LifeOf life_of)
      : mock_(std::move(mock)), clock_(std::move(clock)), life_of_(std::move(life_of)) {}

  [[nodiscard]] Decision of(const OrchestrationContext& context, const Payload& input) {
    const MockState::CallKey key{context.instance_id(), life_of_(context.instance_id()),
                                 context.execution_id(), 0};
    const auto place = made_.try_emplace(key);
    if (place.second) {
      place.first->second = decide(key, context, input);
    }
    return place.first->second;
  }

 private:
  [[nodiscard]] Decision decide(const MockState::CallKey& key, const OrchestrationContext& context,
                                const Payload& input) {
    const auto behaviour = mock_->begin(key, {context.instance_id(), input, clock_->now(), 1});
    Decision decision;
    decision.takes = behaviour.takes;
    decision.never_completes = behaviour.never_completes;
    if (!behaviour.never_completes) {
      ActivityContext::Call call;
      call.instance = context.instance_id();
      call.execution_id = context.execution_id();
      call.activity = mock_->name;
      ActivityContext as_activity(std::move(call), {});
      try {
        decision.answer = behaviour.answer(as_activity, input);
      } catch (...) {
        decision.answer = failure(model::details_of(std::current_exception(),
                                                    ErrorKind::orchestration_failed, mock_->name));
      }
      if (!decision.answer && decision.answer.error().kind == ErrorKind::activity_failed) {
        decision.answer.error().kind = ErrorKind::orchestration_failed;
      }
    }
    return decision;
  }

  std::shared_ptr<MockState> mock_;
  std::shared_ptr<const Clock> clock_;
  LifeOf life_of_;
  std::map<MockState::CallKey, Decision> made_;
};

Task<std::string> follow(OrchestrationContext context, Decision decided) {
  const Decision decision = std::move(decided);
  if (decision.never_completes) {
    co_await context.wait_for_external_event("duroxide.testing.never");
  }
  if (decision.takes > Milliseconds::zero()) {
    co_await context.schedule_timer(decision.takes);
  }
  if (!decision.answer) {
    throw OrchestrationError(decision.answer.error());
  }
  co_return *decision.answer;
}

}  // namespace

OrchestrationHandler mocked_orchestration(std::shared_ptr<MockState> mock,
                                          std::shared_ptr<const Clock> clock, LifeOf life_of) {
  const auto decisions =
      std::make_shared<Decisions>(std::move(mock), std::move(clock), std::move(life_of));
  return [decisions](OrchestrationContext context, const Payload& input) {
    return follow(context, decisions->of(context, input));
  };
}

}  // namespace duroxide::DUROXIDE_ABI::testkit
