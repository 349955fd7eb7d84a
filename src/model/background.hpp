#pragma once

#include <duroxide/version.hpp>

namespace duroxide::DUROXIDE_ABI {

/// From now on the calling thread runs only when nobody else wants its core. For work that must never
/// slow the engine.
void yield_to_others();

/// From now on the calling thread, and those that it starts, get a smaller part of a core that others want
/// too, but a part. For work that somebody waits for in the end.
void give_way_to_others();

}  // namespace duroxide::DUROXIDE_ABI
