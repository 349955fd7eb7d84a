#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <duroxide/client.hpp>
#include <duroxide/management.hpp>
#include <duroxide/store.hpp>

#include "gateway/arguments.hpp"
#include "gateway/command.hpp"
#include "gateway/sink.hpp"

namespace duroxide::gateway {

/// The store that commands are about.
struct StoreInUse {
  StoreInUse(const Store& its_store, bool is_live);

  /// One that asks the interceptors of the runtimes that this process has at work on it, if there are any.
  [[nodiscard]] Client starting_client() const;

  Store store;
  Client client;
  ManagementClient management;
  std::shared_ptr<Clock> clock;
  /// Whether runtimes are at work on it: one of this process, or maybe those of others.
  bool live = false;
  /// What no runtime of this process knows yet, for people; see `Registrations::missing`.
  std::function<std::optional<std::string>(const std::string& orchestration,
                                           const std::optional<std::string>& version)>
      missing_registration;
};

/// What a command does is the same wherever it runs: in the engine that is asked through its control
/// socket, or in a process that has the store to itself.
[[nodiscard]] CommandResult run_command(const StoreInUse& store, std::string_view name,
                                        const nlohmann::json& arguments, Sink& sink);

}  // namespace duroxide::gateway
