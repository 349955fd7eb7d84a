#include "cli/whole_screen.hpp"

#include <cstdio>

#include <poll.h>
#include <stdio_ext.h>
#include <unistd.h>

namespace duroxide::cli {

WholeScreen::~WholeScreen() {
  constexpr int patience_ms = 200;
  // What of a frame has not been written is not wanted any more, and would only wait for the terminal.
  __fpurge(stdout);
  pollfd terminal{STDOUT_FILENO, POLLOUT, 0};
  // One that was stopped and takes nothing would keep the process from ending.
  if (::poll(&terminal, 1, patience_ms) == 1) {
    (void)!::write(STDOUT_FILENO, end.data(), end.size());
  }
}

}  // namespace duroxide::cli
