#pragma once

#include <atomic>
#include <memory>
#include <string>

#include <duroxide/client.hpp>
#include <duroxide/log.hpp>
#include <duroxide/provider.hpp>
#include <duroxide/runtime.hpp>

#include "model/interceptors.hpp"
#include "model/metrics.hpp"
#include "protocol/overdue_turns.hpp"
#include "protocol/quiet_acks.hpp"
#include "runtime/registry.hpp"
#include "runtime/wake_times.hpp"

namespace duroxide::runtime {

/// What all actors of one started runtime share. Nothing in it changes but the flag.
struct Environment {
  ProviderActor provider;
  /// The same, if it takes acks that are answered only if they are refused; else null.
  storage::QuietAcks quiet_acks;
  std::shared_ptr<Clock> clock;
  RuntimeOptions options;
  OrchestrationRegistry orchestrations;
  ActivityRegistry activities;
  /// Cleared by the first actor that finds the provider gone; outlives the actors.
  std::shared_ptr<std::atomic<bool>> store_works;
  std::shared_ptr<detail::OverdueTurns> overdue_turns = std::make_shared<detail::OverdueTurns>();
  std::shared_ptr<model::Metrics> metrics;  ///< null if nothing is counted

  /// Null if there are none.
  std::shared_ptr<model::Interceptors> interceptors = nullptr;

  /// When activities that sleep go on.
  std::shared_ptr<WakeTimes> wake_times = std::make_shared<WakeTimes>();

  /// For activities. The runtime owns it and drops it when it has stopped: actors may live on a little,
  /// and must neither keep the store open nor close it on a thread of the store's own.
  std::weak_ptr<const Client> client;

  /// Throws `std::logic_error` if the runtime has been stopped.
  [[nodiscard]] Client make_client() const;

  /// A sink that throws must not end an actor.
  void log(const LogRecord& record) const noexcept;
  void log(LogLevel level, std::string message) const noexcept;

  /// Takes note of an error of the provider; true if the store is closed for good.
  bool is_closed(const ProviderError& error) const noexcept;
};

using SharedEnvironment = std::shared_ptr<const Environment>;

}  // namespace duroxide::runtime
