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

EndWatch::EndWatch(int stop, int connection) : stop_(stop), both_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (both_.is_open()) {
    add(both_.get(), stop, EPOLLIN);
    // Errors and the end of both directions are told without being asked for.
    add(both_.get(), connection, EPOLLRDHUP);
  }
}

#else

EndWatch::EndWatch(int stop, int /*connection*/) : stop_(stop) {}

#endif

}  // namespace duroxide::gateway::http
