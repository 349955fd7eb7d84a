#pragma once

// What the program takes: its own options, and its commands.

#include <string_view>
#include <vector>

#include "gateway/command.hpp"

namespace duroxide::cli {

/// The program itself, as if it were a command: its arguments are the options that go for all.
[[nodiscard]] const gateway::Command& program();

/// The commands of the command line, as help lists them.
[[nodiscard]] const std::vector<const gateway::Command*>& commands();
/// Null if there is none.
[[nodiscard]] const gateway::Command* command_named(std::string_view name);

}  // namespace duroxide::cli
