#include "engine/rest.hpp"

#include <algorithm>

namespace duroxide::storage {

void Rest::begin(Timestamp until) {
  until_ = until;
  next_pause_ = std::min(next_pause_ * 2, options_.longest_pause);
}

void Rest::end(Timestamp now) {
  if (!lasts(now)) {
    until_.reset();
  }
}

Milliseconds Rest::pause_of_void(const std::string& key, Timestamp now) {
  // It has found room since, or is gone.
  std::erase_if(void_pauses_, [&](const auto& each) {
    return saturating_add(each.second.until, options_.longest_pause) < now;
  });
  auto& [pause, until] = void_pauses_[key];
  pause = pause == Milliseconds::zero() ? options_.first_pause
                                        : std::min(pause * 2, options_.longest_pause);
  until = saturating_add(now, pause);
  return pause;
}

}  // namespace duroxide::storage
