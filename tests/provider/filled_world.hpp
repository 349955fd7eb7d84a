#pragma once

#include "provider/world.hpp"

namespace duroxide::testing {

/// Makes an instance of every shape, with histories as the engine would have written them. In order
/// of their numbers: `done` (1), `failed` (2), `busy` (3) with its child `busy::1` (4), `again` (5)
/// in its second execution, `waiting` (6), which has not begun, and `later` (7), whose start is
/// delayed. `busy` waits for the activity 2, the timer 3 and its child 4.
void fill(World& world);

}  // namespace duroxide::testing
