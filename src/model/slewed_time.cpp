#include "model/slewed_time.hpp"

#include <algorithm>

namespace duroxide::DUROXIDE_ABI {

namespace {

using std::chrono::nanoseconds;

/// Threads read the clock before they come here one by one, so one of them may come with an earlier
/// reading than another brought already. So much is no clock that was set back.
constexpr nanoseconds out_of_turn = std::chrono::milliseconds(1);

Timestamp whole(nanoseconds time) {
  return Timestamp(std::chrono::floor<Milliseconds>(time));
}

}  // namespace

Timestamp SlewedTime::at(nanoseconds wall, Steady steady) {
  std::int64_t last = time_;
  // Compared with how far time must have come, and not with what was read last, which may be long ago.
  const auto at_least = [&] {
    return nanoseconds(last) + std::max(steady - nanoseconds(steady_), nanoseconds(0)) / 2;
  };
  if (last != unread && wall + out_of_turn <= at_least()) {
    const std::lock_guard lock(slewing_);
    last = time_;
    wall = std::max(wall, at_least());
  }
  if (wall.count() > last) {
    // First, for whoever finds the new time must not find it with an old moment: it would seem to be
    // far behind.
    steady_ = steady.count();
    while (wall.count() > last && !time_.compare_exchange_weak(last, wall.count())) {
    }
  }
  return whole(std::max(wall, nanoseconds(last)));
}

}  // namespace duroxide::DUROXIDE_ABI
