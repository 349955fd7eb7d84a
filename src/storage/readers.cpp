#include "storage/readers.hpp"

#include <algorithm>

namespace duroxide::storage {

namespace {

/// Never 0, which marks a free slot.
std::int64_t ticks(Readers::Time time) {
  return std::max<std::int64_t>(1, std::chrono::nanoseconds(time.time_since_epoch()).count());
}

}  // namespace

Readers::Slot Readers::enter(Time now) {
  for (Slot slot = 0; slot < most; ++slot) {
    std::int64_t free = 0;
    if (since_.at(slot).load(std::memory_order_relaxed) == 0 &&
        since_.at(slot).compare_exchange_strong(free, ticks(now))) {
      return slot;
    }
  }
  return most;
}

void Readers::leave(Slot slot) {
  if (slot < most) {
    since_.at(slot).store(0);
  }
}

void Readers::describe(StoreUse& use, Time now) const {
  std::int64_t oldest = ticks(now);
  for (const auto& since : since_) {
    if (const auto entered = since.load(); entered != 0) {
      ++use.readers;
      oldest = std::min(oldest, entered);
    }
  }
  use.oldest_reader_age =
      std::chrono::duration_cast<Milliseconds>(std::chrono::nanoseconds(ticks(now) - oldest));
}

}  // namespace duroxide::storage
