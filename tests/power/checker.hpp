#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "power/facts.hpp"

namespace duroxide::power {

/// How far an image is looked at.
enum class Depth : std::uint8_t {
  look,  ///< open, verify, look for what was acknowledged, for what the store says it has seen, close
  go_on,  ///< let a runtime work on it until everything has ended as it should, and verify again
};

/// What is wrong with what a loss of power has left below `root`; empty if nothing is. `asks_all` is
/// false for a store that need not have what it has acknowledged, only be sound.
[[nodiscard]] std::vector<std::string> check_image(const std::filesystem::path& root,
                                                   const Facts& facts, Depth depth, bool asks_all);

}  // namespace duroxide::power
