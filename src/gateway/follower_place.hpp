#pragma once

#include <atomic>
#include <cstddef>

namespace duroxide::gateway {

/// A place among those who are served for long, as they follow what happens or wait for what code answers,
/// if there is one left. Thread-safe, as the count is.
class FollowerPlace {
 public:
  FollowerPlace(std::atomic<std::size_t>& taken, std::size_t places)
      : taken_(taken), has_place_(taken.fetch_add(1) < places) {}
  ~FollowerPlace() { --taken_; }
  FollowerPlace(const FollowerPlace&) = delete;
  FollowerPlace& operator=(const FollowerPlace&) = delete;

  [[nodiscard]] bool has_place() const { return has_place_; }

 private:
  std::atomic<std::size_t>& taken_;
  bool has_place_;
};

}  // namespace duroxide::gateway
