#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <ratio>
#include <type_traits>

#include <duroxide/detail/api.hpp>

namespace duroxide::DUROXIDE_ABI {

using Milliseconds = std::chrono::milliseconds;

/// A moment in UTC, in whole milliseconds since 1970.
using Timestamp = std::chrono::time_point<std::chrono::system_clock, Milliseconds>;

[[nodiscard]] inline std::int64_t to_milliseconds(Timestamp time) {
  return time.time_since_epoch().count();
}

[[nodiscard]] inline Timestamp from_milliseconds(std::int64_t milliseconds) {
  return Timestamp{Milliseconds{milliseconds}};
}

/// A length of time as a parameter: any duration of `std::chrono` converts to it, `0.5s` and `250us` too.
/// It is kept in milliseconds, with a fraction rounded away from zero; what is beyond that is the largest
/// or the smallest there is, and what is no number is the smallest.
class Duration {
 public:
  template <class Rep, class Period>
  constexpr Duration(std::chrono::duration<Rep, Period> length)  // NOLINT: that is what it is for
      : length_(rounded(length)) {}
  constexpr operator Milliseconds() const { return length_; }  // NOLINT: likewise

  // As `Milliseconds` has them.
  [[nodiscard]] constexpr Milliseconds::rep count() const { return length_.count(); }
  friend constexpr bool operator==(const Duration& a, const Duration& b) {
    return a.length_ == b.length_;
  }
  friend constexpr std::strong_ordering operator<=>(const Duration& a, const Duration& b) {
    return a.length_.count() <=> b.length_.count();
  }

 private:
  template <class Rep, class Period>
  [[nodiscard]] static constexpr Milliseconds rounded(std::chrono::duration<Rep, Period> length) {
    if constexpr (std::is_same_v<std::chrono::duration<Rep, Period>, Milliseconds>) {
      return length;
    } else {
      using Approximate = std::chrono::duration<long double, std::milli>;
      const long double count = std::chrono::duration_cast<Approximate>(length).count();
      if (!(count > static_cast<long double>(Milliseconds::min().count()))) {
        return Milliseconds::min();
      }
      if (count >= static_cast<long double>(Milliseconds::max().count())) {
        return Milliseconds::max();
      }
      return count < 0 ? std::chrono::floor<Milliseconds>(length)
                       : std::chrono::ceil<Milliseconds>(length);
    }
  }

  Milliseconds length_;
};

/// The longest delay the engine accepts, for timers and delayed starts: 100 years.
inline constexpr Milliseconds max_delay = std::chrono::hours{24 * 365 * 100};

/// `delay` in milliseconds, rounded up; nothing if it is negative or above `max_delay`, in whatever
/// unit it came.
template <class Rep, class Period>
[[nodiscard]] constexpr std::optional<Milliseconds> checked_milliseconds(
    std::chrono::duration<Rep, Period> delay) {
  using Approximate = std::chrono::duration<long double, std::milli>;
  const Approximate approximate = std::chrono::duration_cast<Approximate>(delay);
  if (!(approximate.count() >= 0) || approximate > Approximate(max_delay)) {
    return std::nullopt;
  }
  return std::chrono::ceil<Milliseconds>(delay);
}

/// `from + delay`, held at the far end of time instead of overflowing.
[[nodiscard]] DUROXIDE_API Timestamp saturating_add(Timestamp from, Milliseconds delay);

/// The only source of time in the engine: history timestamps, timers, back-off and leases all ask
/// the clock of their store. Implementations are safe to call from any thread.
class DUROXIDE_API Clock {
 public:
  virtual ~Clock() = default;

  [[nodiscard]] virtual Timestamp now() const = 0;

  /// True if time passes by itself. For such a clock the timer service waits in real time; for any
  /// other it relies on `subscribe`.
  [[nodiscard]] virtual bool ticks() const = 0;

  /// Calls `on_change` after each jump of a clock that does not tick; a ticking clock never calls
  /// it. Returns a subscription that ends when the last copy of the handle is dropped. `on_change`
  /// may run on any thread.
  [[nodiscard]] virtual std::shared_ptr<void> subscribe(std::function<void()> on_change) = 0;
};

/// The system's clock, but for one thing: it never goes back. If the system's time is set back, this
/// clock runs at half its speed until the two agree; so a pending timer takes at most twice as long as
/// it still had to go. If the time is set forward, this clock follows at once, and what became due by
/// that is due. A new process begins with the system's time. Thread-safe; one for the whole process.
[[nodiscard]] DUROXIDE_API std::shared_ptr<Clock> system_clock();

/// A clock that moves only when told to, so that a test runs a month in a millisecond. Create it
/// with `std::make_shared`, hand it to a store's options, and call `advance`.
class DUROXIDE_API ManualClock final : public Clock,
                                       public std::enable_shared_from_this<ManualClock> {
 public:
  explicit ManualClock(Timestamp start = from_milliseconds(1'700'000'000'000));
  ~ManualClock() override;

  [[nodiscard]] Timestamp now() const override;
  [[nodiscard]] bool ticks() const override { return false; }
  [[nodiscard]] std::shared_ptr<void> subscribe(std::function<void()> on_change) override;

  /// Moves the clock forward by `step` (not negative) and tells the subscribers.
  void advance(Duration step);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace duroxide::DUROXIDE_ABI
