#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

#include <duroxide/clock.hpp>
#include <duroxide/detail/caf.hpp>

namespace duroxide::runtime {

/// Counts the actors that are still to report to a thread outside the actor system.
class Latch {
 public:
  explicit Latch(std::size_t count) : count_(count) {}

  void count_down() {
    const std::lock_guard lock(mutex_);
    if (--count_ == 0) {
      all_done_.notify_all();
    }
  }

  /// Returns false if the time was too short. Runs the messages itself in a deterministic system,
  /// where nobody else does, and where more time would not help.
  [[nodiscard]] bool wait(caf::actor_system& system, Milliseconds timeout) {
    if (actors::is_deterministic(system)) {
      actors::run_until(system, [this] { return is_done(); });
      return is_done();
    }
    std::unique_lock lock(mutex_);
    return all_done_.wait_for(lock, timeout, [this] { return count_ == 0; });
  }

 private:
  [[nodiscard]] bool is_done() {
    const std::lock_guard lock(mutex_);
    return count_ == 0;
  }

  std::mutex mutex_;
  std::condition_variable all_done_;
  std::size_t count_;
};

}  // namespace duroxide::runtime
