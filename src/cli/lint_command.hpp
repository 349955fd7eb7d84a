#pragma once

#include <duroxide/result.hpp>

#include "cli/order.hpp"
#include "gateway/arguments.hpp"
#include "gateway/command.hpp"

namespace duroxide::cli {

/// `lint`, which needs no store.
[[nodiscard]] const gateway::Command& lint_command();

/// Looks at the sources that are named, and answers with what it has found; the exit code is
/// that of a failure if that is anything. Errors: `usage`, for what is not there or cannot be read.
[[nodiscard]] Result<Order, gateway::CommandError> order_of_lint(
    const gateway::Arguments& arguments, bool json);

}  // namespace duroxide::cli
