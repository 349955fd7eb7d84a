#include "model/slewed_time.hpp"

#include <algorithm>

namespace duroxide {

Timestamp SlewedTime::at(std::chrono::nanoseconds wall, Steady steady) {
  std::chrono::nanoseconds time = wall;
  if (last_) {
    // Threads read both clocks before they come here one by one, so the later one may bring the
    // earlier reading.
    const std::chrono::nanoseconds passed = std::max(steady - last_->steady, Steady(0));
    time = std::max(wall, last_->time + passed / 2);
    steady = last_->steady + passed;
  }
  last_ = Reading{time, steady};
  return Timestamp(std::chrono::floor<Milliseconds>(time));
}

}  // namespace duroxide
