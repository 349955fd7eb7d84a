#include "cli/interrupt.hpp"

#include <csignal>

#include "gateway/wakeup.hpp"

namespace duroxide::cli {

namespace {

const gateway::Wakeup* interrupted = nullptr;

}  // namespace

int watch_for_interrupts() {
  static const gateway::Wakeup wakeup;
  interrupted = &wakeup;
  struct sigaction action {};
  action.sa_handler = [](int) { interrupted->raise(); };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  return wakeup.file();
}

}  // namespace duroxide::cli
