#include "gateway/http/receive_deadlines.hpp"

#include <algorithm>

#include <sys/socket.h>

namespace duroxide::gateway::http {

ReceiveDeadlines::ReceiveDeadlines(Milliseconds patience)
    : patience_(patience), watcher_([this] { watch(); }) {}

ReceiveDeadlines::~ReceiveDeadlines() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  watcher_.join();
}

void ReceiveDeadlines::begin(int socket) {
  const std::lock_guard lock(mutex_);
  const bool was_idle = due_.empty();
  due_[socket] = Steady::now() + patience_;
  // All have the same patience, so a later one never comes before those that are waited for.
  if (was_idle) {
    changed_.notify_all();
  }
}

void ReceiveDeadlines::end(int socket) {
  const std::lock_guard lock(mutex_);
  due_.erase(socket);
}

void ReceiveDeadlines::watch() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (due_.empty()) {
      changed_.wait(lock);
      continue;
    }
    changed_.wait_until(lock, earliest());
    cut_off_late(Steady::now());
  }
}

void ReceiveDeadlines::cut_off_late(Steady::time_point now) {
  std::erase_if(due_, [&](const auto& each) {
    const auto& [socket, due] = each;
    // The server closes the socket: it reads the end of it.
    return due <= now && (::shutdown(socket, SHUT_RD), true);
  });
}

ReceiveDeadlines::Steady::time_point ReceiveDeadlines::earliest() const {
  return std::min_element(
             due_.begin(), due_.end(),
             [](const auto& one, const auto& other) { return one.second < other.second; })
      ->second;
}

}  // namespace duroxide::gateway::http
