#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include <duroxide/clock.hpp>
#include <duroxide/detail/caf.hpp>

namespace duroxide::DUROXIDE_ABI::actors {

/// The clock may have come to what the receiver waits for. See `Alarm`.
struct Tick {
  std::uint64_t generation = 0;
};

}  // namespace duroxide::DUROXIDE_ABI::actors

DUROXIDE_MESSAGE(duroxide::actors::Tick)

namespace duroxide::DUROXIDE_ABI::actors {

/// How long it is until a clock of whole milliseconds that says `now` comes to `due`. `wall` is what the
/// system's clock says at the same moment: if the two agree, the part of a millisecond that has passed is
/// not waited for once more. What is due already has a millisecond, so that nobody asks without a pause.
[[nodiscard]] inline std::chrono::nanoseconds time_until(Timestamp due, Timestamp now,
                                                         std::chrono::system_clock::time_point wall,
                                                         Milliseconds longest) {
  const Milliseconds delay = std::clamp(due - now, Milliseconds(1), longest);
  const Timestamp whole = std::chrono::floor<Milliseconds>(wall);
  return due > now && whole == now ? delay - (wall - whole) : delay;
}

/// Sends its actor a `Tick` when the clock comes to a moment. Ticks may also come too early: the
/// actor looks at the clock and sets the alarm again.
template <class Self>
class Alarm {
 public:
  Alarm(Self* self, std::shared_ptr<Clock> clock) : self_(self), clock_(std::move(clock)) {}

  /// Call it once, before the first `set`: a clock that does not tick tells of its jumps instead.
  template <class Handle>
  void listen(Handle handle) {
    if (!clock_->ticks()) {
      subscription_ =
          clock_->subscribe([handle = std::move(handle)] { send_from_outside(handle, Tick{}); });
    }
  }

  void set(std::optional<Timestamp> due) {
    if (!due || !clock_->ticks()) {
      return;
    }
    const auto wall = std::chrono::system_clock::now();
    const auto delay = time_until(*due, clock_->now(), wall, longest_wait);
    // A tick comes by the clock of delays. Where the store's clock stood when it was sent says nothing
    // of that once the store's clock was set forward.
    const auto comes = time_of_delays(self_) + delay;
    if (comes_ && *comes_ <= comes) {
      return;  // the one under way ends early enough
    }
    comes_ = comes;
    self_->delayed_send(self_, delay, Tick{++generation_});
  }

  /// False for a tick that another has replaced: those under way cannot be taken back.
  [[nodiscard]] bool rings(const Tick& tick) {
    if (tick.generation != 0 && tick.generation != generation_) {
      return false;
    }
    comes_.reset();
    return true;
  }

  /// Call it in `on_exit`: the subscription holds the actor, which would never be freed.
  void close() { subscription_.reset(); }

 private:
  /// No wait is longer, so that a system clock that was set is noticed.
  static constexpr Milliseconds longest_wait{60'000};

  Self* self_;
  std::shared_ptr<Clock> clock_;
  std::shared_ptr<void> subscription_;
  std::uint64_t generation_ = 0;
  /// When the tick that is under way comes.
  std::optional<std::chrono::steady_clock::time_point> comes_;
};

}  // namespace duroxide::DUROXIDE_ABI::actors
