#include "gateway/alarm_clock.hpp"

#include <cerrno>
#include <chrono>
#include <system_error>

#include <poll.h>
#include <unistd.h>

#include "model/on_linux.hpp"

#if DUROXIDE_ON_LINUX
#include <sys/timerfd.h>
#else
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "model/descriptor_flags.hpp"
#endif

namespace duroxide::gateway {

#if DUROXIDE_ON_LINUX

struct AlarmClock::Sleeper {};

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

#else

/// A thread that writes into a pipe once the time has passed.
struct AlarmClock::Sleeper {
  Sleeper(model::FileDescriptor end, Milliseconds time)
      : written(std::move(end)), thread([this, time] { sleep(time); }) {}
  ~Sleeper() {
    {
      const std::lock_guard lock(mutex);
      is_unwanted = true;
    }
    woken.notify_all();
    thread.join();
  }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;

  void sleep(Milliseconds time) {
    std::unique_lock lock(mutex);
    if (!woken.wait_for(lock, time, [this] { return is_unwanted; })) {
      (void)!::write(written.get(), "", 1);
    }
  }

  model::FileDescriptor written;
  std::mutex mutex;
  std::condition_variable woken;
  bool is_unwanted = false;
  std::thread thread;
};

AlarmClock::AlarmClock(Milliseconds time) {
  auto [read, written] = model::make_pipe();
  file_ = std::move(read);
  sleeper_ = std::make_shared<Sleeper>(std::move(written), time);
}

#endif

bool AlarmClock::has_rung() const {
  pollfd entry{file_.get(), POLLIN, 0};
  return ::poll(&entry, 1, 0) > 0;
}

}  // namespace duroxide::gateway
