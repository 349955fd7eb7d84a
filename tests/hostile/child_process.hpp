#pragma once

// A process that user code may end, beside the one that judges it.

#include <filesystem>
#include <functional>

#include <duroxide/duroxide.hpp>

namespace duroxide::hostile {

/// How a process ended.
struct ProcessEnd {
  int code = -1;   ///< what it exited with; -1 if a signal ended it
  int signal = 0;  ///< what ended it; 0 if it exited
};

/// Calls `act` in a process of its own, which exits with what that returns (98 if it throws), unless
/// user code ends it before. One that hangs is ended by SIGALRM, after minutes. No store and no
/// runtime of the calling process may be open.
[[nodiscard]] ProcessEnd in_process(const std::function<int()>& act);

/// A store as a program has it: only what a killed process leaves to the kernel is needed here.
[[nodiscard]] Store open_store(const std::filesystem::path& directory);

/// Whether everything in the store is sound.
[[nodiscard]] bool is_sound(const Store& store);

}  // namespace duroxide::hostile
