#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <mutex>

#include <duroxide/clock.hpp>

namespace duroxide::DUROXIDE_ABI {

/// Time that never goes back, made from the system's clock, which does when it is corrected.
///
/// When the system's clock is set forward, this time follows at once: what became due is due. When it
/// is set back, this time goes on at half its speed until the two agree again. So a timer that was
/// pending then takes at most twice as long as it still had to go, however far back the clock was set,
/// and what is compared in between never runs backwards. Safe to use from any thread, and without a
/// lock but while the two disagree.
class SlewedTime {
 public:
  using Steady = std::chrono::nanoseconds;  ///< since any moment, by a clock that nobody sets

  /// The time now, given what both clocks say at this moment.
  [[nodiscard]] Timestamp at(std::chrono::nanoseconds wall, Steady steady);

 private:
  /// The latest time that was given out, and when that was by the steady clock. Each is true by
  /// itself; together they may be of two threads that read their clocks at almost the same moment.
  static constexpr std::int64_t unread = std::numeric_limits<std::int64_t>::min();
  std::atomic<std::int64_t> time_{unread};
  std::atomic<std::int64_t> steady_{0};
  std::mutex slewing_;
};

}  // namespace duroxide::DUROXIDE_ABI
