#pragma once

#include <map>
#include <mutex>
#include <optional>

#include <duroxide/clock.hpp>

namespace duroxide::runtime {

/// When each worker of coroutines next has one to wake, for whoever moves a clock by hand. Any thread may
/// use it.
class WakeTimes {
 public:
  void set(const void* worker, std::optional<Timestamp> next) {
    const std::lock_guard lock(mutex_);
    if (next) {
      times_[worker] = *next;
    } else {
      times_.erase(worker);
    }
  }

  [[nodiscard]] std::optional<Timestamp> next() const {
    const std::lock_guard lock(mutex_);
    std::optional<Timestamp> first;
    for (const auto& [worker, time] : times_) {
      if (!first || time < *first) {
        first = time;
      }
    }
    return first;
  }

 private:
  mutable std::mutex mutex_;
  std::map<const void*, Timestamp> times_;
};

}  // namespace duroxide::runtime
