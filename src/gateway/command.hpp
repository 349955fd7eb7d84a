#pragma once

// What commands there are. Each is described once, by its entry: requests are checked by it, and the
// command line, its help and its completion are made of it.

#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <duroxide/result.hpp>

#include "gateway/argument.hpp"
#include "gateway/command_error.hpp"

namespace duroxide::gateway {

class Arguments;
class Sink;
struct StoreInUse;

using CommandResult = Result<nlohmann::json, CommandError>;

/// Arguments of which at most one may be given.
struct Alternatives {
  std::vector<std::string_view> names;
  bool required = false;  ///< one must be
};

struct Command {
  std::string_view name;
  /// In one line. Empty for a request that is no command of its own on the command line.
  std::string_view help{};
  std::vector<std::string_view> examples{};  ///< whole command lines
  std::string_view details{};                ///< what else there is to say
  std::vector<Argument> arguments{};
  std::vector<Alternatives> alternatives{};
  /// What people are asked before it is done, if it cannot be undone.
  std::string_view question{};
  /// Whether it needs a store that it may change.
  bool changes = false;
  /// Whether it may go on for as long as an instance does, or as its reader likes.
  bool follows = false;
  /// Of one that follows: its argument `timeout` ends it, so that whoever has many to serve can bound it.
  bool has_timeout = false;
  /// What its arguments must keep to together; null if nothing. Runs before people are asked, and
  /// before `run`. Errors: `usage`.
  Result<void, CommandError> (*check)(const Arguments& arguments) = nullptr;
  CommandResult (*run)(const StoreInUse& store, const Arguments& arguments, Sink& sink) = nullptr;
};

/// Every command, as help lists them.
[[nodiscard]] const std::vector<Command>& all_commands();
/// Null for an unknown one.
[[nodiscard]] const Command* find_command(std::string_view name);
[[nodiscard]] const Argument* find_argument(const Command& command, std::string_view name);

}  // namespace duroxide::gateway
