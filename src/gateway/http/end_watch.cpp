#include "gateway/http/end_watch.hpp"

#include "model/on_linux.hpp"

#if DUROXIDE_ON_LINUX
#include <sys/epoll.h>
#endif

namespace duroxide::gateway::http {

#if DUROXIDE_ON_LINUX

namespace {

void add(int all, int file, unsigned events) {
  if (file >= 0) {
    epoll_event event{};
    event.events = events;
    ::epoll_ctl(all, EPOLL_CTL_ADD, file, &event);
  }
}

}  // namespace

EndWatch::EndWatch(int stop, int connection, int alarm)
    : stop_(stop), all_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (all_.is_open()) {
    add(all_.get(), stop, EPOLLIN);
    // Errors and the end of both directions are told without being asked for.
    add(all_.get(), connection, EPOLLRDHUP);
    add(all_.get(), alarm, EPOLLIN);
  }
}

#else

EndWatch::EndWatch(int stop, int /*connection*/, int /*alarm*/) : stop_(stop) {}

#endif

}  // namespace duroxide::gateway::http
