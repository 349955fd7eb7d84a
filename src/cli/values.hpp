#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <duroxide/result.hpp>

#include "gateway/argument.hpp"
#include "gateway/command_error.hpp"

namespace duroxide::cli {

/// The words that were given for an argument, as a request holds it. A word that makes no sense stays
/// as it is: whoever checks the request refuses it. Errors: `usage`, for a file that cannot be read.
[[nodiscard]] Result<nlohmann::json, gateway::CommandError> value_of_words(
    const gateway::Argument& argument, const std::vector<std::string>& words);

}  // namespace duroxide::cli
