#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "runtime/environment.hpp"
#include "runtime/messages.hpp"

namespace duroxide::runtime {

/// Sends its actor a `Tick` when the clock comes to a moment. Ticks may also come too early: the
/// actor looks at the clock and sets the alarm again.
template <class Self>
class Alarm {
 public:
  Alarm(Self* self, SharedEnvironment environment)
      : self_(self), environment_(std::move(environment)) {}

  /// Call it in `make_behavior`: a clock that does not tick tells of its jumps instead.
  template <class Handle>
  void listen(Handle handle) {
    if (!environment_->clock->ticks()) {
      subscription_ = environment_->clock->subscribe(
          [handle = std::move(handle)] { actors::send_from_outside(handle, Tick{}); });
    }
  }

  void set(std::optional<Timestamp> due) {
    if (!due || !environment_->clock->ticks()) {
      return;
    }
    const Timestamp now = environment_->clock->now();
    const Milliseconds delay = std::clamp(*due - now, Milliseconds(1), longest_wait);
    if (set_to_ && *set_to_ <= now + delay) {
      return;  // the one under way ends early enough
    }
    set_to_ = now + delay;
    actors::send_later(self_, delay, Tick{++generation_});
  }

  /// False for a tick that another has replaced: those under way cannot be taken back.
  [[nodiscard]] bool rings(const Tick& tick) {
    if (tick.generation != 0 && tick.generation != generation_) {
      return false;
    }
    set_to_.reset();
    return true;
  }

  /// Call it in `on_exit`: the subscription holds the actor, which would never be freed.
  void close() { subscription_.reset(); }

 private:
  /// No wait is longer, so that a system clock that was set is noticed.
  static constexpr Milliseconds longest_wait{60'000};

  Self* self_;
  SharedEnvironment environment_;
  std::shared_ptr<void> subscription_;
  std::uint64_t generation_ = 0;
  std::optional<Timestamp> set_to_;
};

}  // namespace duroxide::runtime
