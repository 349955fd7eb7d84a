#pragma once

#include "protocol/engine_scheduler.hpp"
#include "runtime/activity_runner.hpp"
#include "runtime/environment.hpp"
#include "runtime/messages.hpp"

namespace duroxide::runtime {

/// Runs an ordinary activity in a worker's stead: on the engine thread, if that has nothing else to do.
/// So neither the worker has to be woken, nor the engine thread when the activity ends; which takes far
/// longer than a short activity. The thread gives the queue away meanwhile, so the activity may block as
/// on a worker's thread: whatever comes has another.
class StandIn final : public StandInActor::base {
 public:
  /// `scheduler` must be that of the actor's system.
  StandIn(caf::actor_config& config, SharedEnvironment environment,
          actors::EngineScheduler* scheduler);

  behavior_type make_behavior() override;

 private:
  actors::EngineScheduler& scheduler_;
  ActivityRunner runner_;
};

}  // namespace duroxide::runtime
