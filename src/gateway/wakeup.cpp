#include "gateway/wakeup.hpp"

#include <cerrno>
#include <cstdint>
#include <system_error>

#include <sys/eventfd.h>

namespace duroxide::gateway {

Wakeup::Wakeup() : file_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!file_.is_open()) {
    throw std::system_error(errno, std::generic_category(), "eventfd");
  }
}

void Wakeup::raise() const noexcept {
  const std::uint64_t one = 1;
  // It fails only if the counter is full, and then the flag is raised.
  (void)!::write(file_.get(), &one, sizeof(one));
}

bool Wakeup::take() const noexcept {
  std::uint64_t count = 0;
  return ::read(file_.get(), &count, sizeof(count)) == sizeof(count);
}

}  // namespace duroxide::gateway
