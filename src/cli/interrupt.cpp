#include "cli/interrupt.hpp"

#include <csignal>

#include <poll.h>

#include "model/wakeup.hpp"

namespace duroxide::cli {

namespace {

const model::Wakeup* interrupted = nullptr;

}  // namespace

int watch_for_interrupts() {
  static const model::Wakeup wakeup;
  interrupted = &wakeup;
  struct sigaction action {};
  action.sa_handler = [](int) { interrupted->raise(); };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  return wakeup.file();
}

bool is_interrupted() {
  if (interrupted == nullptr) {
    return false;
  }
  pollfd entry{interrupted->file(), POLLIN, 0};
  return ::poll(&entry, 1, 0) > 0;
}

}  // namespace duroxide::cli
