#include <duroxide/detail/turn_scheduler.hpp>

#include <algorithm>

namespace duroxide::DUROXIDE_ABI::detail {

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
  std::replace_if(
      ready_.begin(), ready_.end(), [&](const Resumable* each) { return each == &coroutine; },
      nullptr);
}

bool TurnScheduler::drain() {
  while (next_ < ready_.size()) {
    Resumable* next = ready_[next_++];
    if (next_ == ready_.size()) {
      ready_.clear();  // before it queues others: what goes on for long needs no more room for that
      next_ = 0;
    }
    if (next == nullptr) {
      continue;
    }
    next->queued = false;
    suspension_noted_ = false;
    next->handle.resume();
    if (!suspension_noted_) {
      ready_.clear();
      next_ = 0;
      return false;
    }
  }
  return true;
}

}  // namespace duroxide::DUROXIDE_ABI::detail
