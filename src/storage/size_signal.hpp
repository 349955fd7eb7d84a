#pragma once

#include <csignal>

namespace duroxide::storage {

/// While it lives, a file that may not grow any more (`RLIMIT_FSIZE`) is an error to this thread and not
/// the end of the process: the system's signal for that, `SIGXFSZ`, is held back and then dropped. What
/// the program has set for that signal stays as it is. It ends on the thread where it began.
class SizeSignalHeld {
 public:
  SizeSignalHeld();
  ~SizeSignalHeld();
  SizeSignalHeld(const SizeSignalHeld&) = delete;
  SizeSignalHeld& operator=(const SizeSignalHeld&) = delete;

 private:
  sigset_t signal_{};
  sigset_t before_{};
};

}  // namespace duroxide::storage
