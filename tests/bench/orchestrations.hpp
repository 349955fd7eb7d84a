#pragma once

#include <duroxide/duroxide.hpp>

/// Registers what the workloads run: `Hello`, `FanOut`, `Chain`, `Signals`, `Timer` and `Wait`, and the
/// activity `Nothing`, which gives its input back and makes good what `kind` promises.
void register_orchestrations(duroxide::Runtime& runtime, duroxide::ActivityKind kind);
