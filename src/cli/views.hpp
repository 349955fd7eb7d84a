#pragma once

#include <nlohmann/json_fwd.hpp>

#include <duroxide/result.hpp>

#include "cli/invocation.hpp"
#include "gateway/command.hpp"

namespace duroxide::cli {

/// What is to be done, asked and shown for a command with the arguments of its command line.
/// `for_programs` if these read the answer. Errors: `usage`.
[[nodiscard]] Result<Invocation, gateway::CommandError> invocation_of(
    const gateway::Command& command, const nlohmann::json& given, bool for_programs = false);

}  // namespace duroxide::cli
