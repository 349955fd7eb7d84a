#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace duroxide::cli {

/// The script that `bash` or `zsh` reads to complete command lines.
[[nodiscard]] std::string_view completion_script(std::string_view shell);

/// What the last of `words` could become, one a line: commands, options, and, from the store that the
/// words name, ids and names. The store is only looked at if it is needed.
[[nodiscard]] std::vector<std::string> completions(const std::string& default_store,
                                                   const std::vector<std::string>& words);

}  // namespace duroxide::cli
