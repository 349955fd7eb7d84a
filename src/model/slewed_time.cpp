#include "model/slewed_time.hpp"

#include <algorithm>

namespace duroxide {

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
  if (wall.count() < last && nanoseconds(last) - wall >= out_of_turn) {
    const std::lock_guard lock(slewing_);
    last = time_;
    const nanoseconds passed = std::max(steady - nanoseconds(steady_), nanoseconds(0));
    wall = std::max(wall, nanoseconds(last) + passed / 2);
  }
  while (wall.count() > last) {
    if (time_.compare_exchange_weak(last, wall.count())) {
      steady_ = steady.count();
      return whole(wall);
    }
  }
  return whole(nanoseconds(last));
}

}  // namespace duroxide
