#include "testing/mocks.hpp"

#include <exception>
#include <utility>

#include "model/error_size.hpp"
#include "model/exceptions.hpp"
#include "model/limits.hpp"
#include "runtime/runtime_access.hpp"

namespace duroxide::DUROXIDE_ABI::testkit {

namespace {

/// What a context tells of its call, for one that outlives it.
ActivityContext::Call call_of(const ActivityContext& context) {
  ActivityContext::Call call;
  call.instance = context.instance_id();
  call.execution_id = context.execution_id();
  call.event_id = context.event_id();
  call.orchestration = context.orchestration_name();
  call.version = context.orchestration_version();
  call.activity = context.activity_name();
  call.attempt = context.attempt();
  call.tag = context.tag();
  call.session = context.session_id();
  call.incarnation = context.token().incarnation;
  return call;
}

/// What comes of the call, also if it throws, or returns more than a payload may hold.
Result<std::string, ErrorDetails> answer_of(const MockState::Behaviour& behaviour,
                                            ActivityContext& context, const std::string& input) {
  try {
    auto answer = behaviour.answer(context, input);
    if (!answer) {
      return answer;
    }
    const auto size =
        model::check_payload("result of activity " + context.activity_name(), *answer);
    if (size) {
      return answer;
    }
    ErrorDetails details;
    details.category = ErrorCategory::configuration;
    details.kind = ErrorKind::limit_exceeded;
    details.message = size.error().what;
    details.subject = context.activity_name();
    return failure(std::move(details));
  } catch (...) {
    return failure(model::details_of(std::current_exception(), ErrorKind::activity_failed,
                                     context.activity_name()));
  }
}

WorkItem completion_of(const MockState::Behaviour& behaviour, const ActivityContext::Call& call,
                       const std::string& input) {
  ActivityContext context(call, {});
  auto answer = answer_of(behaviour, context, input);
  if (answer) {
    return work::ActivityCompleted{call.instance, call.execution_id, call.event_id,
                                   std::move(*answer)};
  }
  ErrorDetails details = std::move(answer).error();
  model::limit_size(details);
  details.came_through({ErrorOrigin::Kind::activity, call.activity, call.instance,
                        call.execution_id, call.event_id});
  return work::ActivityFailed{call.instance, call.execution_id, call.event_id, std::move(details)};
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
  (void)context.complete_later();
  open_.emplace(saturating_add(clock_->now(), behaviour.takes),
                Finished{token, [behaviour, call = call_of(context), input] {
                           return completion_of(behaviour, call, input);
                         }});
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

}  // namespace duroxide::DUROXIDE_ABI::testkit
