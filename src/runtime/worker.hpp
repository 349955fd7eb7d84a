#pragma once

#include "runtime/activity_runner.hpp"
#include "runtime/environment.hpp"
#include "runtime/messages.hpp"

namespace duroxide::runtime {

/// Runs one activity at a time, alone or in a stint, on a thread of its own because activities may block, or
/// on the engine's if they promise to be short. The result goes to the dispatcher, so that the store's answer wakes no
/// thread.
class Worker final : public WorkerActor::base {
 public:
  Worker(caf::actor_config& config, SharedEnvironment environment);

  behavior_type make_behavior() override;

 private:
  void run_stint(const RunActivity& run);

  ActivityRunner runner_;
};

}  // namespace duroxide::runtime
