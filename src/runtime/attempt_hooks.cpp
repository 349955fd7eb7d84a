#include "runtime/attempt_hooks.hpp"

#include <utility>
#include <variant>

namespace duroxide::runtime {

namespace {

bool want(const model::Interceptors* interceptors, const provider::WorkerItem& delivered) {
  return interceptors != nullptr && interceptors->hooks().around_activity &&
         interceptors->wants(delivered.item.headers);
}

}  // namespace

AttemptHooks::AttemptHooks(const Environment& environment, const provider::WorkerItem& delivered)
    : interceptors_(want(environment.interceptors.get(), delivered) ? environment.interceptors
                                                                    : nullptr),
      clock_(interceptors_ ? environment.clock : nullptr),
      delivered_(delivered),
      headers_(interceptors_ ? delivered.item.headers : Headers()) {}

InterceptedActivity AttemptHooks::activity() {
  const work::ActivityExecute& item = delivered_.item;
  return {item.instance,      item.execution_id, item.id,    item.incarnation,
          item.orchestration, item.name,         item.input, delivered_.attempt_count,
          began_at_,          headers_};
}

std::optional<ErrorDetails> AttemptHooks::begin(ActivityContext::Call& call,
                                                ActivityContext::Services& services) {
  if (!interceptors_) {
    return std::nullopt;
  }
  began_at_ = clock_->now();
  InterceptedActivity told = activity();
  Admission admitted = interceptors_->before_activity(told);
  call.headers = headers_;
  services.headers = [this] {
    InterceptedActivity looking = activity();
    interceptors_->before_headers(looking);
    return headers_;
  };
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
