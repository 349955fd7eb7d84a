#include "gateway/alarm_clock.hpp"

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <system_error>

#include <sys/timerfd.h>
#include <unistd.h>

namespace duroxide::gateway {

AlarmClock::AlarmClock(Milliseconds interval)
    : file_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(interval);
  const auto rest = std::chrono::nanoseconds(interval - seconds);
  const timespec period{static_cast<time_t>(seconds.count()), static_cast<long>(rest.count())};
  const itimerspec times{period, period};
  if (!file_.is_open() || ::timerfd_settime(file_.get(), 0, &times, nullptr) != 0) {
    throw std::system_error(errno, std::generic_category(), "timerfd");
  }
}

void AlarmClock::reset() const noexcept {
  std::uint64_t expirations = 0;
  (void)!::read(file_.get(), &expirations, sizeof(expirations));
}

}  // namespace duroxide::gateway
