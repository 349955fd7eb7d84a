#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace duroxide::storage {

/// Keeps a thread that works beside the engine to a small share of one core. Priorities alone do not
/// do that: a core that is idle for a moment is given to anybody, and a busy neighbour costs the
/// engine its caches and its wake-ups.
///
/// Time that was not used may be used later, so that what is asked for now and then is answered at
/// once, and only work that goes on and on is slowed.
class Pace {
 public:
  using Time = std::chrono::nanoseconds;

  /// Call it between two pieces of work. Both times grow by themselves: `now` always, `used` while
  /// the thread runs. `commits` grows with each commit; while it stands still nobody is disturbed.
  /// Returns for how long to rest.
  [[nodiscard]] Time rest(Time now, Time used, std::uint64_t commits);

 private:
  struct Last {
    Time now;
    Time used;
    std::uint64_t commits;
  };
  std::optional<Last> last_;
  Time credit_ = most_credit;

  static constexpr std::int64_t share = 20;  ///< one in so many
  static constexpr Time most_credit = std::chrono::milliseconds(5);
  /// More is forgiven, or what was asked for long ago would be paid for by who asks next.
  static constexpr Time longest_rest = std::chrono::milliseconds(100);
};

}  // namespace duroxide::storage
