#pragma once

#include <duroxide/http_options.hpp>
#include <duroxide/result.hpp>

#include "cli/exit_code.hpp"
#include "cli/invocation.hpp"
#include "gateway/arguments.hpp"
#include "gateway/command.hpp"

namespace duroxide::cli {

/// `ui`, which serves the dashboard of a store until it is interrupted.
[[nodiscard]] const gateway::Command& ui_command();

/// What is to be served. Errors: `usage`, also for a file with a token that cannot be read, or that others
/// can read.
[[nodiscard]] Result<HttpOptions, gateway::CommandError> ui_options(
    const gateway::Arguments& arguments);

/// Serves it, says on standard output what opens it, and returns once the process is interrupted.
[[nodiscard]] ExitCode serve_ui(const Settings& settings, const HttpOptions& options);

}  // namespace duroxide::cli
