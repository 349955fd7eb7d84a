#pragma once

#include <optional>
#include <string>
#include <vector>

#include <duroxide/http_options.hpp>
#include <duroxide/result.hpp>

#include "cli/exit_code.hpp"
#include "cli/invocation.hpp"
#include "gateway/command_error.hpp"

namespace duroxide::cli {

/// What a command line asks for, before anything is done about it.
struct Order {
  std::string
      answer;  ///< to be printed as it is, and nothing more; empty if something is to be done
  Settings settings;
  Invocation invocation;
  /// The dashboard that is to be served, instead of the invocation.
  std::optional<HttpOptions> served{};
  ExitCode answered = ExitCode::done;  ///< what the process ends with after the answer
};

/// Errors: `usage`. An argument that is a file is read for this.
[[nodiscard]] Result<Order, gateway::CommandError> read_order(
    const std::vector<std::string>& words);

}  // namespace duroxide::cli
