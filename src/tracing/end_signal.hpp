#pragma once

#include <atomic>
#include <chrono>
#include <mutex>

#include "model/wakeup.hpp"

namespace duroxide::tracing {

/// How one thread tells another that it must have come to its end by some moment, and the waits of the
/// other, which that cuts short.
class EndSignal {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  /// Throws `std::system_error` if the process has no descriptor left.
  EndSignal() = default;

  /// From any thread, once.
  void end_by(SteadyTime time);

  // Of the thread that waits.

  [[nodiscard]] bool is_given() const { return end_by_.load() != never; }
  /// Whether that moment has passed.
  [[nodiscard]] bool is_over() const { return std::chrono::steady_clock::now() >= end_by_.load(); }
  /// Until a descriptor is ready for one of these events of `poll`. False if time is up before, by
  /// `until` or by what was signalled.
  [[nodiscard]] bool wait_for(int file, short events, SteadyTime until) const;
  /// Until then, or until it is given.
  void pause(SteadyTime until) const;

 private:
  static constexpr SteadyTime never = SteadyTime::max();

  /// What `poll` takes.
  [[nodiscard]] static int milliseconds_to(SteadyTime until);

  std::atomic<SteadyTime> end_by_{never};
  model::Wakeup given_;  ///< stays raised
};

}  // namespace duroxide::tracing
