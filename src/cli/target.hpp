#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include <duroxide/result.hpp>

#include "gateway/command_error.hpp"
#include "gateway/socket_client.hpp"
#include "gateway/wire.hpp"

namespace duroxide::cli {

/// Carries out a command on a store. Of one in a directory: through the engine that runs on it, if one
/// answers, and else on the store itself, which a command that changes something must have to itself. Of
/// one in a database (`postgresql://…`): on the store itself, beside whoever works on it. Ends early once
/// `stop` can be read.
[[nodiscard]] Result<nlohmann::json, gateway::CommandError> carry_out(
    const std::string& place, const gateway::Request& request,
    const gateway::AnswerHandlers& handlers, int stop);

}  // namespace duroxide::cli
