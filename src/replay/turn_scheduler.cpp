#include <duroxide/detail/turn_scheduler.hpp>

#include <algorithm>

namespace duroxide::detail {

Resumable::~Resumable() {
  if (queued) {
    scheduler->forget(*this);
  }
}

void TurnScheduler::ready(Resumable& coroutine) {
  coroutine.queued = true;
  ready_.push_back(&coroutine);
}

void TurnScheduler::forget(const Resumable& coroutine) {
  ready_.erase(std::remove(ready_.begin(), ready_.end(), &coroutine), ready_.end());
}

bool TurnScheduler::drain() {
  while (!ready_.empty()) {
    Resumable* next = ready_.front();
    ready_.pop_front();
    next->queued = false;
    suspension_noted_ = false;
    next->handle.resume();
    if (!suspension_noted_) {
      ready_.clear();
      return false;
    }
  }
  return true;
}

}  // namespace duroxide::detail
