#pragma once

#include <memory>
#include <unordered_set>

#include "runtime/coroutine_run.hpp"
#include "runtime/environment.hpp"
#include "runtime/sleepers.hpp"

namespace duroxide::runtime {

/// Runs any number of activities that are coroutines, on one thread: each from where it waited to where it
/// waits again. Those that are still waiting when it ends are given up.
class CoroutineWorker final : public CoroutineWorkerActor::base {
 public:
  CoroutineWorker(caf::actor_config& config, SharedEnvironment environment);

  behavior_type make_behavior() override;
  void on_exit() override;

 private:
  /// Answers if it is over, and lets go of it.
  void look_at(const std::shared_ptr<CoroutineRun>& run);
  void time_has_passed();
  void set_alarm();

  SharedEnvironment environment_;
  std::unordered_set<std::shared_ptr<CoroutineRun>> runs_;
  std::shared_ptr<Sleepers> sleepers_ = std::make_shared<Sleepers>();
  Alarm<CoroutineWorker> alarm_;
};

}  // namespace duroxide::runtime
