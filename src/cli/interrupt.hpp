#pragma once

namespace duroxide::cli {

/// From now on the first interrupt or termination signal only makes the descriptor readable that this
/// returns; the second ends the process as usual. Call it once.
[[nodiscard]] int watch_for_interrupts();
/// Whether such a signal has come.
[[nodiscard]] bool is_interrupted();

}  // namespace duroxide::cli
