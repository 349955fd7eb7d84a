#include "testing/mocks.hpp"

#include <exception>
#include <utility>

#include "model/error_size.hpp"
#include "model/exceptions.hpp"
#include "model/limits.hpp"
#include "runtime/runtime_access.hpp"

namespace duroxide::testkit {

namespace {

/// What comes of the call, also if it throws.
Result<std::string, ErrorDetails> answer_of(const MockState& mock,
                                            const MockState::Behaviour& behaviour,
                                            ActivityContext& context, const std::string& input) {
  try {
    return behaviour.answer(context, input);
  } catch (...) {
    return failure(
        model::details_of(std::current_exception(), ErrorKind::activity_failed, mock.name));
  }
}

WorkItem completion_of(const ActivityContext& context, Result<std::string, ErrorDetails> answer) {
  if (answer) {
    return work::ActivityCompleted{context.instance_id(), context.execution_id(),
                                   context.event_id(), std::move(*answer)};
  }
  ErrorDetails details = std::move(answer).error();
  model::limit_size(details);
  details.came_through({ErrorOrigin::Kind::activity, context.activity_name(), context.instance_id(),
                        context.execution_id(), context.event_id()});
  return work::ActivityFailed{context.instance_id(), context.execution_id(), context.event_id(),
                              std::move(details)};
}

}  // namespace

Mocks::Mocks(std::shared_ptr<const Clock> clock, std::function<bool()> has_crashed, LifeOf life_of)
    : clock_(std::move(clock)),
      has_crashed_(std::move(has_crashed)),
      life_of_(std::move(life_of)) {}

Mocks::Found Mocks::find(States& states, std::string_view what, std::string_view name) {
  if (const auto checked = model::check_name(what, name); !checked) {
    throw TestError(checked.error().what);
  }
  const auto place = states.try_emplace(std::string(name));
  if (place.second) {
    place.first->second = std::make_shared<MockState>(std::string(name));
  }
  return {place.first->second, place.second};
}

Mocks::Found Mocks::activity(std::string_view name) {
  return find(activities_, "activity name", name);
}

Mocks::Found Mocks::orchestration(std::string_view name) {
  Found found = find(orchestrations_, "orchestration name", name);
  if (found.is_new) {
    mocked_orchestrations_.emplace(name, mocked_orchestration(found.state, clock_, life_of_));
  }
  return found;
}

void Mocks::put_into(Runtime& runtime) {
  auto& activities = duroxide::detail::RuntimeAccess::activities(runtime);
  for (const auto& [name, mock] : activities_) {
    activities.replace(name,
                       [this, mock = mock](ActivityContext& context, const std::string& input) {
                         return call(*mock, context, input);
                       });
  }
  activities.wrap_each([this](ActivityHandler inner) -> ActivityHandler {
    return [this, inner = std::move(inner)](
               ActivityContext& context,
               const std::string& input) -> Result<std::string, ErrorDetails> {
      if (has_crashed_()) {
        return std::string();  // nobody will ever hear of it
      }
      return inner(context, input);
    };
  });
  auto& orchestrations = duroxide::detail::RuntimeAccess::orchestrations(runtime);
  for (const auto& [name, handler] : mocked_orchestrations_) {
    orchestrations.replace(name, handler);
  }
}

Result<std::string, ErrorDetails> Mocks::call(MockState& mock, ActivityContext& context,
                                              const std::string& input) {
  const ActivityToken token = context.token();
  const MockState::Behaviour behaviour =
      mock.begin({token.instance, token.incarnation, token.execution_id, token.event_id},
                 {context.instance_id(), input, clock_->now(), context.attempt()});
  if (behaviour.never_completes) {
    (void)context.complete_later();
    return std::string();
  }
  if (behaviour.takes == Milliseconds::zero()) {
    return behaviour.answer(context, input);
  }
  auto answer = answer_of(mock, behaviour, context, input);
  (void)context.complete_later();
  open_.emplace(saturating_add(clock_->now(), behaviour.takes),
                Finished{token, completion_of(context, std::move(answer))});
  return std::string();
}

std::optional<Mocks::Finished> Mocks::take_finished() {
  const auto first = open_.begin();
  if (first == open_.end() || first->first > clock_->now()) {
    return std::nullopt;
  }
  Finished finished = std::move(first->second);
  open_.erase(first);
  return finished;
}

std::optional<Timestamp> Mocks::next_end() const {
  return open_.empty() ? std::nullopt : std::optional<Timestamp>(open_.begin()->first);
}

}  // namespace duroxide::testkit
