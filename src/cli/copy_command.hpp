#pragma once

#include <duroxide/result.hpp>

#include "cli/invocation.hpp"
#include "gateway/arguments.hpp"
#include "gateway/command.hpp"

namespace duroxide::cli {

/// `copy`, which brings instances from one store into another. It is about two stores, so no engine can be
/// asked for it by its socket: the command opens both, or connects to the engines that have them open.
[[nodiscard]] const gateway::Command& copy_command();

/// Errors: `usage`.
[[nodiscard]] Result<Invocation, gateway::CommandError> invocation_of_copy(
    const gateway::Arguments& arguments);

}  // namespace duroxide::cli
