#pragma once

#include <memory>

#include <duroxide/detail/caf.hpp>

#include "runtime/environment.hpp"
#include "runtime/messages.hpp"
#include "runtime/retention.hpp"

namespace duroxide::runtime {

/// The actors of a runtime between its start and its stop.
class Running {
 public:
  /// Starts the actors. Throws what the system throws if it cannot start a thread; then no actor is
  /// left.
  Running(caf::actor_system& system, SharedEnvironment environment);
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  /// Stops them, within twice `RuntimeOptions::stop_timeout`.
  ~Running();

 private:
  template <class Message>
  void tell_all(const Message& message) const;

  caf::actor_system& system_;
  SharedEnvironment environment_;
  OrchestrationDispatcherActor orchestrations_;
  ActivityDispatcherActor activities_;
  TimerServiceActor timers_;
  RetentionActor retention_;  ///< null if nothing is ever deleted
  StopFlag stopping_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace duroxide::runtime
