#include "runtime/attempt_hooks.hpp"

#include <utility>
#include <variant>

namespace duroxide::runtime {

InterceptedActivity AttemptHooks::activity() {
  const work::ActivityExecute& item = delivered_.item;
  return {item.instance,      item.execution_id, item.id,    item.incarnation,
          item.orchestration, item.name,         item.input, delivered_.attempt_count,
          began_at_,          headers_};
}

std::optional<ErrorDetails> AttemptHooks::begin(ActivityContext::Call& call) {
  if (!interceptors_) {
    return std::nullopt;
  }
  began_at_ = clock_->now();
  InterceptedActivity told = activity();
  Admission admitted = interceptors_->before_activity(told);
  if (admitted) {
    if (auto problem = headers_.problem()) {
      admitted = refuse("an interceptor has changed the headers, and " + *problem);
    }
  }
  call.headers = headers_;
  if (admitted) {
    return std::nullopt;
  }
  ErrorDetails details = application_error(ErrorKind::activity_failed,
                                           std::move(admitted).error().message, call.activity);
  details.do_not_retry = true;
  return details;
}

void AttemptHooks::end(const std::optional<WorkItem>& completion) {
  if (interceptors_) {
    const auto* failed = completion ? std::get_if<work::ActivityFailed>(&*completion) : nullptr;
    interceptors_->after_activity(activity(), clock_->now(),
                                  failed != nullptr ? &failed->details : nullptr);
  }
}

}  // namespace duroxide::runtime
