#pragma once

#include <cstdint>

// What stands in for functions of the C library and of CAF in this program counts here. The counts are
// of the whole process since its start; any thread may add, also before `main` and without memory.

namespace tally {

enum class Kind : std::uint8_t {
  allocations,
  allocated_bytes,
  flushes,
  written_bytes,
  messages,
};

inline constexpr std::size_t kinds = 5;

void add(Kind kind, std::uint64_t by) noexcept;

[[nodiscard]] std::uint64_t sum(Kind kind) noexcept;

}  // namespace tally
