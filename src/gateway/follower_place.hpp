#pragma once

#include <atomic>
#include <cstddef>

namespace duroxide::gateway {

/// A place among those who are served for long, as they follow what happens or wait for what code answers,
/// if there is one left. Who gets none is not counted. Thread-safe, as the count is.
class FollowerPlace {
 public:
  FollowerPlace(std::atomic<std::size_t>& taken, std::size_t places)
      : taken_(taken), has_place_(take(taken, places)) {}
  ~FollowerPlace() {
    if (has_place_) {
      --taken_;
    }
  }
  FollowerPlace(const FollowerPlace&) = delete;
  FollowerPlace& operator=(const FollowerPlace&) = delete;

  [[nodiscard]] bool has_place() const { return has_place_; }

 private:
  static bool take(std::atomic<std::size_t>& taken, std::size_t places) {
    std::size_t before = taken.load();
    while (before < places) {
      if (taken.compare_exchange_weak(before, before + 1)) {
        return true;
      }
    }
    return false;
  }

  std::atomic<std::size_t>& taken_;
  bool has_place_;
};

}  // namespace duroxide::gateway
