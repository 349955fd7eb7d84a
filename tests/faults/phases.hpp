#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "power/site.hpp"

namespace duroxide::faults {

/// Something that a process does to a store, in the middle of which it is killed.
struct Phase {
  const char* name;
  void (*run)(power::Site& site);
  /// Makes what is there before; may be null.
  void (*prepare)(const std::filesystem::path& root) = nullptr;
  /// To look at what is left is so many times dearer than of others, so that fewer are killed.
  std::uint64_t cost = 1;
};

[[nodiscard]] const std::vector<Phase>& phases();

}  // namespace duroxide::faults
