#pragma once

#include "simulation/world.hpp"

namespace duroxide::simulation {

/// Looks, at the end of a run, whether everything is as it should be: every start that was accepted
/// has ended, as an undisturbed run does; every completion is of something that was done, and is
/// consumed once; nothing is left in a queue; indexes and counters agree with the records. Tells the
/// world of violations, and gives what each part came to.
[[nodiscard]] std::vector<std::string> check_end(World& world);

/// The instances that run.
[[nodiscard]] std::vector<InstanceSummary> running(World& world);

}  // namespace duroxide::simulation
