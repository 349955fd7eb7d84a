#pragma once

// What a child that works on a store has been told by it, as `power/facts.hpp` notes it, and whether
// that is there afterwards.

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

#include "faults/child.hpp"
#include "power/facts.hpp"

namespace duroxide::faults {

/// Takes in what the child tells until it ends, or for so long. What is no fact is given to `other`.
void learn(power::Facts& facts, Child& child, std::chrono::microseconds longest,
           const std::function<void(const std::string&)>& other = {});
/// Takes in the next thing that it tells. False if it has ended.
[[nodiscard]] bool learn_next(power::Facts& facts, Child& child);
/// All that is left.
void learn_rest(power::Facts& facts, Child& child,
                const std::function<void(const std::string&)>& other = {});

/// Opens the store below `root`, verifies all of it, looks for all these facts, lets a runtime go on
/// until everything has ended as it should, and verifies it again; all in a process of its own. What is
/// wrong, a line for each; empty if nothing is.
[[nodiscard]] std::string problems_in(const std::filesystem::path& root, const power::Facts& facts);

}  // namespace duroxide::faults
