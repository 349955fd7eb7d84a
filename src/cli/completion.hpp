#pragma once

#include <string>
#include <vector>

#include "cli/invocation.hpp"
#include "cli/subcommands.hpp"

namespace duroxide::cli {

/// The script that a shell reads to complete command lines; empty for an unknown shell.
[[nodiscard]] std::string completion_script(const std::string& shell);

/// What the last of `words` could become, one a line: commands, options, and, from the store that the
/// words name, ids and names. The store is only looked at if it is needed.
[[nodiscard]] std::vector<std::string> completions(CLI::App& app, const std::string& default_store,
                                                   const std::vector<std::string>& words);

}  // namespace duroxide::cli
