#pragma once

#include <nlohmann/json.hpp>

#include <duroxide/result.hpp>

#include "gateway/command.hpp"
#include "gateway/http/message.hpp"

namespace duroxide::gateway::http {

/// The arguments of a command as the query of a request gives them: `limit=5`, `status=failed` as often as it
/// is needed, `roots_only=true`, a duration in milliseconds, a time as `list` tells them. Errors: `usage`;
/// that they are as the command wants them is checked when it is carried out.
[[nodiscard]] Result<nlohmann::json, CommandError> arguments_of_query(const Command& command,
                                                                      const HttpRequest& request);

/// Whether it is offered by way of HTTP.
[[nodiscard]] bool is_offered(const Command& command);

}  // namespace duroxide::gateway::http
