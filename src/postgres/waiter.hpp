#pragma once

#include <functional>
#include <memory>

#include <duroxide/detail/caf.hpp>

#include "postgres/database.hpp"

namespace duroxide::postgres {

/// An actor that may wait for the database, and does jobs one after the other. It is spawned when it is first
/// needed: with a thread of its own, unless there are none at all.
class Waiter {
 public:
  explicit Waiter(std::shared_ptr<Runner> reads) : reads_(std::move(reads)) {}

  /// On the turn of the actor whose waiter it is. `job` must not throw.
  void send(caf::actor_system& system, std::function<void(Database&)> job);
  /// It ends behind the jobs that it has.
  void stop();

 private:
  std::shared_ptr<Runner> reads_;
  actors::DynamicActor actor_;
};

}  // namespace duroxide::postgres
