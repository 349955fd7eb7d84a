#pragma once

#include <cstdint>
#include <string>

namespace duroxide::faults {

/// Counts what was tried, by kind; the program tells of all in one line when it ends.
void tally(const std::string& kind, std::uint64_t count = 1);

/// How many rounds of each kind: `DUROXIDE_FAULT_ROUNDS`, or so many.
[[nodiscard]] std::uint64_t rounds(std::uint64_t otherwise);

}  // namespace duroxide::faults
