#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <duroxide/client.hpp>
#include <duroxide/management.hpp>
#include <duroxide/result.hpp>

#include "gateway/arguments.hpp"
#include "gateway/command_error.hpp"
#include "gateway/sink.hpp"

namespace duroxide::gateway {

/// The store that commands are about.
struct StoreInUse {
  StoreInUse(const Store& store, bool is_live);

  Client client;
  ManagementClient management;
  std::shared_ptr<Clock> clock;
  bool live = false;  ///< a runtime of this process is at work on it
  /// What no runtime of this process knows yet, for people; see `Registrations::missing`.
  std::function<std::optional<std::string>(const std::string& orchestration,
                                           const std::optional<std::string>& version)>
      missing_registration;
};

struct Command {
  std::string_view name;
  std::vector<std::string_view> arguments;
  /// Whether it needs a store that it may change.
  bool changes = false;
  /// Whether it may go on for as long as an instance does, or as its reader likes.
  bool follows = false;
  /// Gives the result, or throws `CommandFailure`.
  nlohmann::json (*run)(const StoreInUse& store, const Arguments& arguments, Sink& sink) = nullptr;
};

/// Every command, by name; null for an unknown one.
[[nodiscard]] const Command* find_command(std::string_view name);
[[nodiscard]] const std::vector<Command>& all_commands();

/// What a command does is the same wherever it runs: in the engine that is asked through its control
/// socket, or in a process that has the store to itself.
[[nodiscard]] Result<nlohmann::json, CommandError> run_command(const StoreInUse& store,
                                                               std::string_view name,
                                                               const nlohmann::json& arguments,
                                                               Sink& sink);

}  // namespace duroxide::gateway
