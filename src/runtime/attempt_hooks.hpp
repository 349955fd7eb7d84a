#pragma once

#include <memory>
#include <optional>
#include <string>

#include <duroxide/activity.hpp>
#include <duroxide/clock.hpp>
#include <duroxide/interceptor.hpp>
#include <duroxide/provider.hpp>

#include "runtime/environment.hpp"

namespace duroxide::runtime {

/// What the interceptors of a runtime say to one delivery of an activity, and are told of it. Does nothing
/// where there are none. All on the thread that runs the activity.
class AttemptHooks {
 public:
  /// `delivered` must outlive it.
  AttemptHooks(const Environment& environment, const provider::WorkerItem& delivered)
      : interceptors_(environment.interceptors),
        clock_(environment.clock),
        delivered_(delivered),
        headers_(interceptors_ ? delivered.item.headers : Headers()) {}

  /// Asks them. Why the activity must not run; none if it may. Gives the call the headers that they leave.
  [[nodiscard]] std::optional<ErrorDetails> begin(ActivityContext::Call& call);
  /// Tells them what it has come to.
  void end(const ErrorDetails* error);

 private:
  [[nodiscard]] InterceptedActivity activity();

  std::shared_ptr<model::Interceptors> interceptors_;
  std::shared_ptr<Clock> clock_;
  const provider::WorkerItem& delivered_;
  Headers headers_;
  Timestamp began_at_{};
};

}  // namespace duroxide::runtime
