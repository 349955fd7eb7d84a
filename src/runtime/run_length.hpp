#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace duroxide::runtime {

/// How long the runs of one activity have lasted of late: the longest of them, of which each run after it
/// takes an eighth. For any thread.
class RunLength {
 public:
  using Duration = std::chrono::nanoseconds;

  /// A run has lasted for `length`.
  void observe(Duration length) {
    const std::int64_t before = longest_.load(std::memory_order_relaxed);
    // Of two that end at once one may be lost. It is an estimate.
    longest_.store(std::max<std::int64_t>(length.count(), before - before / 8),
                   std::memory_order_relaxed);
  }

  /// Whether it is known that the runs of late were shorter than `length`.
  [[nodiscard]] bool is_below(Duration length) const {
    const std::int64_t longest = longest_.load(std::memory_order_relaxed);
    return longest != unknown && longest < length.count();
  }

 private:
  static constexpr std::int64_t unknown = -1;

  std::atomic<std::int64_t> longest_{unknown};  ///< in nanoseconds
};

}  // namespace duroxide::runtime
