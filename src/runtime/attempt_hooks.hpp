#pragma once

#include <memory>
#include <optional>
#include <string>

#include <duroxide/activity.hpp>
#include <duroxide/clock.hpp>
#include <duroxide/interceptor.hpp>
#include <duroxide/provider.hpp>
#include <duroxide/work_items.hpp>

#include "runtime/environment.hpp"

namespace duroxide::runtime {

/// What the interceptors of a runtime say to one delivery of an activity, and are told of it. Does nothing
/// where there are none, or they do not want to hear of it. All on the thread that runs the activity; of one
/// that was registered with an executor on the engine's thread: before it is posted, and after it has
/// returned.
class AttemptHooks {
 public:
  /// `delivered` must outlive it.
  AttemptHooks(const Environment& environment, const provider::WorkerItem& delivered);
  AttemptHooks(const AttemptHooks&) = delete;
  AttemptHooks& operator=(const AttemptHooks&) = delete;

  /// Asks them. Why the activity must not run; none if it may. Gives the call the headers that they leave,
  /// and lets them change these when they are looked at, as long as this is there.
  [[nodiscard]] std::optional<ErrorDetails> begin(ActivityContext::Call& call,
                                                  ActivityContext::Services& services);
  /// Tells them what it has come to: `completion` is for its instance, none if the call was left open.
  void end(const std::optional<WorkItem>& completion);

 private:
  [[nodiscard]] InterceptedActivity activity();

  std::shared_ptr<model::Interceptors> interceptors_;  ///< null if nobody is asked or told
  std::shared_ptr<Clock> clock_;                       ///< null without interceptors
  const provider::WorkerItem& delivered_;
  Headers headers_;
  Timestamp began_at_{};
};

}  // namespace duroxide::runtime
