#pragma once

#include <string>
#include <vector>

#include "property/random.hpp"

namespace duroxide::fuzz {

/// No input becomes longer than this.
inline constexpr std::size_t longest_input = 4096;

/// One of `corpus`, changed in a few places without any knowledge of what stands there. The same state
/// of `random` makes the same input.
[[nodiscard]] std::string mutate(property::Random& random, const std::vector<std::string>& corpus);

}  // namespace duroxide::fuzz
