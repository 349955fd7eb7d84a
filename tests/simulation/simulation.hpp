#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "simulation/plan.hpp"

namespace duroxide::simulation {

/// What a run came to.
struct Outcome {
  std::vector<std::string> violations;  ///< what must never happen, and did
  std::vector<std::string> results;     ///< of the parts, in order; empty for what was deleted
  std::uint64_t hash = 0;               ///< two runs have the same only if all their steps are
  std::uint64_t steps = 0;
  std::map<std::string, std::uint64_t> happened;  ///< how often what
  std::string last_steps;                         ///< of a run with violations
};

/// Runs a plan: first with all its disturbances, then without any until everything has ended, and
/// looks whether everything is as it should be.
[[nodiscard]] Outcome run(Plan plan, bool prints = false);

/// What a steady part comes to if nothing disturbs it.
[[nodiscard]] const std::string& undisturbed_result(const Part& part);

}  // namespace duroxide::simulation
