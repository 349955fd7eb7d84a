#include "gateway/http/end_watch.hpp"

#include "model/on_linux.hpp"

#if DUROXIDE_ON_LINUX
#include <sys/epoll.h>
#else
#include <array>
#include <cerrno>
#include <system_error>
#include <thread>

#include <poll.h>

#include "model/wakeup.hpp"
#endif

namespace duroxide::gateway::http {

#if DUROXIDE_ON_LINUX

/// A descriptor that stands for the others.
struct EndWatch::Watcher {
  Watcher(int stop, int connection, int alarm) : all(::epoll_create1(EPOLL_CLOEXEC)) {
    add(stop, EPOLLIN);
    // Errors and the end of both directions are told without being asked for.
    add(connection, EPOLLRDHUP);
    add(alarm, EPOLLIN);
  }

  void add(int file, unsigned events) const {
    if (file >= 0 && all.is_open()) {
      epoll_event event{};
      event.events = events;
      ::epoll_ctl(all.get(), EPOLL_CTL_ADD, file, &event);
    }
  }
  [[nodiscard]] int file() const { return all.get(); }

  model::FileDescriptor all;
};

EndWatch::EndWatch(int stop, int connection, int alarm)
    : stop_(stop), watcher_(std::make_unique<Watcher>(stop, connection, alarm)) {
  if (!watcher_->all.is_open()) {
    watcher_.reset();
  }
}

#else

/// A thread that waits for the others.
struct EndWatch::Watcher {
  Watcher(int stop, int connection, int alarm)
      : thread([this, stop, connection, alarm] { watch(stop, connection, alarm); }) {}
  ~Watcher() {
    unwanted.raise();
    thread.join();
  }
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  void watch(int stop, int connection, int alarm) const {
    // Of the connection only errors and the end of both directions, which are told without being asked for.
    std::array<pollfd, 4> files{pollfd{unwanted.file(), POLLIN, 0}, pollfd{stop, POLLIN, 0},
                                pollfd{connection, 0, 0}, pollfd{alarm, POLLIN, 0}};
    while (::poll(files.data(), files.size(), -1) < 0 && errno == EINTR) {
    }
    over.raise();
  }
  [[nodiscard]] int file() const { return over.file(); }

  const model::Wakeup unwanted;
  const model::Wakeup over;
  std::thread thread;  ///< last: it uses the others
};

EndWatch::EndWatch(int stop, int connection, int alarm) : stop_(stop) {
  if (alarm < 0) {
    return;
  }
  try {
    watcher_ = std::make_unique<Watcher>(stop, connection, alarm);
  } catch (const std::system_error&) {
    // No descriptor, or no thread: the engine looks at the time itself, unless it has been stopped.
  }
}

#endif

EndWatch::~EndWatch() = default;

int EndWatch::file() const {
  return watcher_ ? watcher_->file() : stop_;
}

}  // namespace duroxide::gateway::http
