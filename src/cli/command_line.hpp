#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace duroxide::cli {

/// Whether `word` names an option of the command that is followed by a value.
[[nodiscard]] bool takes_value(const CLI::App& command, const std::string& word);

/// The words of a command line with `--option=` as two words, the second of them empty: CLI11 takes
/// the next word for the value otherwise, whatever that is.
[[nodiscard]] std::vector<std::string> split_empty_values(const CLI::App& app,
                                                          const std::vector<std::string>& words);

}  // namespace duroxide::cli
