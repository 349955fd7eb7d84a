#pragma once

// A process that ends by `_exit` or `abort` loses what it has counted for `tests/run.sh coverage`. What
// tests run in a process of its own, and wait for, keeps it with these. In other builds they do nothing.

#include <csignal>

#include <unistd.h>

#ifdef DUROXIDE_COUNTS_COVERAGE
extern "C" {
#include <gcov.h>
}
#endif

namespace duroxide::testing {

/// Adds what this process has counted to the files of the build. Nobody may kill the process meanwhile,
/// and writing files must work: half a file would lose what others have counted.
inline void keep_counts() noexcept {
#ifdef DUROXIDE_COUNTS_COVERAGE
  ::__gcov_dump();
#endif
}

/// Ends a process that was forked, without what `exit` does.
[[noreturn]] inline void end_child(int code) noexcept {
  keep_counts();
  ::_exit(code);
}

/// From now on this process keeps its counts when it aborts; otherwise it ends as it always does.
inline void keep_counts_of_abort() noexcept {
#ifdef DUROXIDE_COUNTS_COVERAGE
  std::signal(SIGABRT, [](int) { keep_counts(); });
#else
  std::signal(SIGABRT, SIG_DFL);
#endif
}

}  // namespace duroxide::testing
