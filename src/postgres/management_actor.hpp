#pragma once

#include <functional>
#include <memory>

#include <duroxide/log.hpp>
#include <duroxide/management_protocol.hpp>
#include <duroxide/provider.hpp>

#include "postgres/provider_actor.hpp"
#include "postgres/runner.hpp"

namespace duroxide::postgres {

/// What the actor of management is made of.
struct ManagementParts {
  StoreActor provider;            ///< to which all goes that changes something, as `Apply`
  std::shared_ptr<Runner> reads;  ///< sessions of their own for what is only read
  std::shared_ptr<Clock> clock;
  bool uses_given_clock = false;  ///< `clock` is a test's: its time is told to each function
  LogSink log;
};

[[nodiscard]] ManagementActor spawn_management(caf::actor_system& system, ManagementParts parts);

}  // namespace duroxide::postgres
