#include "model/wakeup.hpp"

#include <cerrno>
#include <cstdint>
#include <system_error>

#include "model/on_linux.hpp"

#if DUROXIDE_ON_LINUX
#include <sys/eventfd.h>
#else
#include "model/descriptor_flags.hpp"
#endif

namespace duroxide::model {

#if DUROXIDE_ON_LINUX

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

#else

// A pipe with something in it.
Wakeup::Wakeup() {
  auto [read, written] = make_pipe();
  file_ = std::move(read);
  written_ = std::move(written);
}

void Wakeup::raise() const noexcept {
  // It fails only if the pipe is full, and then the flag is raised.
  (void)!::write(written_.get(), "", 1);
}

bool Wakeup::take() const noexcept {
  char bytes[64];
  bool was_raised = false;
  while (::read(file_.get(), bytes, sizeof(bytes)) > 0) {
    was_raised = true;
  }
  return was_raised;
}

#endif

}  // namespace duroxide::model
