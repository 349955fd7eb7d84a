#include "runtime/activity_call.hpp"

#include <exception>
#include <utility>

#include "model/activity_failure.hpp"
#include "model/exceptions.hpp"
#include "model/invariant.hpp"
#include "model/limits.hpp"
#include "runtime/attempt_hooks.hpp"

namespace duroxide::runtime {

ActivityContext::Call describe_call(const provider::WorkerItem& delivered) {
  const work::ActivityExecute& item = delivered.item;
  ActivityContext::Call call;
  call.instance = item.instance;
  call.execution_id = item.execution_id;
  call.event_id = item.id;
  call.orchestration = item.orchestration;
  call.version = item.version;
  call.activity = item.name;
  call.attempt = delivered.attempt_count;
  call.tag = item.tag;
  call.session = item.session;
  call.progress = delivered.progress;
  call.incarnation = item.incarnation;
  call.headers = item.headers;
  return call;
}

namespace {

/// None if the activity left the call open.
std::optional<Result<std::string, ErrorDetails>> call(ActivityContext::Call described,
                                                      const provider::WorkerItem& item,
                                                      const ActivityHandler& handler,
                                                      ActivityContext::Services services) {
  try {
    ActivityContext context(std::move(described), std::move(services));
    auto result = handler(context, item.item.input);
    DUROXIDE_INVARIANT(context.coroutine() == nullptr,
                       "a coroutine runs on a worker of coroutines");
    if (context.completes_later()) {
      return std::nullopt;
    }
    return result;
  } catch (...) {
    return failure(
        model::details_of(std::current_exception(), ErrorKind::activity_failed, item.item.name));
  }
}

ErrorDetails too_large(const work::ActivityExecute& item, model::Flaw flaw) {
  ErrorDetails details;
  details.category = ErrorCategory::configuration;
  details.kind = ErrorKind::limit_exceeded;
  details.message = std::move(flaw.what);
  details.subject = item.name;
  return details;
}

}  // namespace

std::optional<WorkItem> call_activity(const Environment& environment,
                                      const provider::WorkerItem& delivered,
                                      const ActivityHandler& handler,
                                      ActivityContext::Services services) {
  AttemptHooks hooks(environment, delivered);
  ActivityContext::Call described = describe_call(delivered);
  std::optional<Result<std::string, ErrorDetails>> outcome;
  if (auto refused = hooks.begin(described, services)) {
    outcome = failure(std::move(*refused));
  } else {
    outcome = call(std::move(described), delivered, handler, std::move(services));
  }
  std::optional<WorkItem> completion;
  if (outcome) {
    completion = completion_of(delivered.item, std::move(*outcome));
  }
  hooks.end(completion);
  return completion;
}

WorkItem completion_of(const work::ActivityExecute& item,
                       Result<std::string, ErrorDetails> result) {
  if (!result) {
    return model::failed_activity(item, std::move(result).error());
  }
  auto size = model::check_payload("result of activity " + item.name, *result);
  if (!size) {
    return model::failed_activity(item, too_large(item, std::move(size).error()));
  }
  return work::ActivityCompleted{item.instance, item.execution_id, item.id, std::move(*result)};
}

}  // namespace duroxide::runtime
