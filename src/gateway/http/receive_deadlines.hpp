#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include <duroxide/clock.hpp>

namespace duroxide::gateway::http {

/// Cuts connections off whose request has not come in time, however busily their peers send a byte now
/// and then. It has a thread. Thread-safe.
class ReceiveDeadlines {
 public:
  /// Throws `std::system_error` if there is no thread to be had.
  explicit ReceiveDeadlines(Milliseconds patience);
  ~ReceiveDeadlines();
  ReceiveDeadlines(const ReceiveDeadlines&) = delete;
  ReceiveDeadlines& operator=(const ReceiveDeadlines&) = delete;

  /// A request is expected from now on.
  void begin(int socket);
  /// It is there, or the socket is about to be closed. Harmless if that was said before.
  void end(int socket);

 private:
  using Steady = std::chrono::steady_clock;

  void watch();
  /// Takes nothing more from those that are late.
  void cut_off_late(Steady::time_point now);
  [[nodiscard]] Steady::time_point earliest() const;

  Milliseconds patience_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<int, Steady::time_point> due_;
  bool stopping_ = false;
  std::thread watcher_;
};

}  // namespace duroxide::gateway::http
