#pragma once

// The commands by subject, and what arguments they share.

#include <vector>

#include "gateway/command.hpp"

namespace duroxide::gateway {

/// The instance that a command is about.
inline constexpr Argument its_id{.name = "instance",
                                 .type = ArgumentType::instance,
                                 .option = "instance",
                                 .help = "its id",
                                 .required = true};

/// One of its executions.
[[nodiscard]] constexpr Argument execution_argument(std::string_view help) {
  return {
      .name = "execution", .type = ArgumentType::number, .option = "-e,--execution", .help = help};
}

[[nodiscard]] std::vector<Command> reading_commands();
[[nodiscard]] std::vector<Command> store_reading_commands();
[[nodiscard]] std::vector<Command> following_commands();
[[nodiscard]] std::vector<Command> top_commands();
[[nodiscard]] std::vector<Command> starting_commands();
[[nodiscard]] std::vector<Command> asking_commands();
[[nodiscard]] std::vector<Command> acting_commands();
[[nodiscard]] std::vector<Command> removing_commands();
[[nodiscard]] std::vector<Command> restoring_commands();
[[nodiscard]] std::vector<Command> store_commands();

}  // namespace duroxide::gateway
