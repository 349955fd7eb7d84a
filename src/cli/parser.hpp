#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <duroxide/result.hpp>

#include "gateway/command.hpp"

namespace duroxide::cli {

/// What a command line says, by the names of arguments.
struct CommandLine {
  /// What it asked to be told, `--help` or `--version`; empty if it did not.
  std::string answer;
  const gateway::Command* command = nullptr;
  nlohmann::json settings = nlohmann::json::object();   ///< of the program
  nlohmann::json arguments = nlohmann::json::object();  ///< of the command
};

/// Reads a command line by what `program()` and `commands()` describe. Errors: `usage`.
[[nodiscard]] Result<CommandLine, gateway::CommandError> parse(
    const std::vector<std::string>& words);

}  // namespace duroxide::cli
