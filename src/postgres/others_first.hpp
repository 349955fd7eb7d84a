#pragma once

#include <functional>

#include <duroxide/detail/caf.hpp>

namespace duroxide::postgres {

/// Has all actors run that have something to do, before something is done. For one actor, on its turn.
class OthersFirst {
 public:
  /// Calls `then` on another actor's turn, which comes behind those of all that are waiting for theirs.
  void let_run(caf::actor_system& system, std::function<void()> then);
  void stop();

 private:
  actors::DynamicActor last_;
};

}  // namespace duroxide::postgres
