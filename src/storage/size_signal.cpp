#include "storage/size_signal.hpp"

#include <ctime>

namespace duroxide::storage {

SizeSignalHeld::SizeSignalHeld() {
  ::sigemptyset(&signal_);
  ::sigaddset(&signal_, SIGXFSZ);
  ::pthread_sigmask(SIG_BLOCK, &signal_, &before_);
}

SizeSignalHeld::~SizeSignalHeld() {
  if (::sigismember(&before_, SIGXFSZ) == 1) {
    return;  // it was held back before, by somebody who may wait for it
  }
  const timespec at_once{};
  (void)::sigtimedwait(&signal_, nullptr, &at_once);
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace duroxide::storage
