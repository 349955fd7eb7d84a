#pragma once

#include <string>
#include <utility>
#include <vector>

namespace duroxide::fuzz {

/// Exports that a store takes, by a name for each.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> documents();

}  // namespace duroxide::fuzz
