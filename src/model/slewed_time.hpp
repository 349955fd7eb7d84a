#pragma once

#include <chrono>
#include <optional>

#include <duroxide/clock.hpp>

namespace duroxide {

/// Time that never goes back, made from the system's clock, which does when it is corrected.
///
/// When the system's clock is set forward, this time follows at once: what became due is due. When it
/// is set back, this time goes on at half its speed until the two agree again. So a timer that was
/// pending then takes at most twice as long as it still had to go, however far back the clock was set,
/// and what is compared in between never runs backwards. Not thread-safe.
class SlewedTime {
 public:
  using Steady = std::chrono::nanoseconds;  ///< since any moment, by a clock that nobody sets

  /// The time now, given what both clocks say at this moment.
  [[nodiscard]] Timestamp at(std::chrono::nanoseconds wall, Steady steady);

 private:
  struct Reading {
    std::chrono::nanoseconds time;
    Steady steady;
  };
  std::optional<Reading> last_;
};

}  // namespace duroxide
