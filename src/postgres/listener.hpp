#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "model/wakeup.hpp"
#include "postgres/session.hpp"

namespace duroxide::postgres {

/// Hears, on a thread and a session of its own, what other processes notify. When its connection is lost, it
/// connects anew, and says that something may have been missed.
class Listener {
 public:
  /// `heard` is called with each payload, or with an empty one if some may be missing; on its thread.
  Listener(const Target& target, std::string channel, std::function<void(std::string)> heard);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

 private:
  void work();

  Session session_;
  std::string channel_;
  std::function<void(std::string)> heard_;
  std::atomic<bool> is_ending_{false};
  model::Wakeup wakeup_;
  std::thread thread_;
};

}  // namespace duroxide::postgres
