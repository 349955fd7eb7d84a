#pragma once

namespace duroxide {

/// From now on the calling thread runs only when nobody else wants its core. For work that must never
/// slow the engine.
void yield_to_others();

}  // namespace duroxide
