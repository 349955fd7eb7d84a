#include "gateway/alarm_clock.hpp"

#include <cerrno>
#include <chrono>
#include <system_error>

#include <sys/timerfd.h>
#include <unistd.h>

namespace duroxide::gateway {

AlarmClock::AlarmClock(Milliseconds time)
    : file_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto rest = std::chrono::nanoseconds(time - seconds);
  const timespec end{static_cast<time_t>(seconds.count()), static_cast<long>(rest.count())};
  const itimerspec times{{}, end};
  if (!file_.is_open() || ::timerfd_settime(file_.get(), 0, &times, nullptr) != 0) {
    throw std::system_error(errno, std::generic_category(), "timerfd");
  }
}

}  // namespace duroxide::gateway
