#pragma once

#include <memory>

#include "replay/execution.hpp"
#include "runtime/environment.hpp"

namespace duroxide::runtime {

/// What the turns of all instances of a runtime are supplied with. Made once: each instance in memory holds
/// only a reference to it.
[[nodiscard]] std::shared_ptr<const replay::TurnServices> make_turn_services(
    const SharedEnvironment& environment);

}  // namespace duroxide::runtime
