#pragma once

#include <string>
#include <vector>

namespace duroxide::cli {

/// For a word that is none of `known`: `did you mean …?` with the one most like it, or else that
/// `--help` tells them all.
[[nodiscard]] std::string suggestion(const std::string& word,
                                     const std::vector<std::string>& known);

}  // namespace duroxide::cli
