#include "runtime/stint.hpp"

#include <utility>

#include "model/invariant.hpp"

namespace duroxide::runtime {

SharedDelivery Stint::take() {
  const std::lock_guard lock(mutex_);
  DUROXIDE_INVARIANT(at_work_ == nullptr, "a worker runs one activity of its stint at a time");
  if (!left_.empty()) {
    at_work_ = std::move(left_.front());
    left_.pop_front();
    overtaken_ = 0;
  }
  return at_work_;
}

bool Stint::ended(ActivityEnded what) {
  const std::lock_guard lock(mutex_);
  DUROXIDE_INVARIANT(at_work_ != nullptr, "what ends in a stint was taken from it");
  ended_.push_back({std::exchange(at_work_, nullptr), std::move(what)});
  return !std::exchange(is_told_, true);
}

Stint::News Stint::take_news() {
  const std::lock_guard lock(mutex_);
  is_told_ = false;
  return {std::exchange(ended_, {}), at_work_};
}

SharedDelivery Stint::take_back() {
  const std::lock_guard lock(mutex_);
  if (left_.empty()) {
    return nullptr;
  }
  SharedDelivery last = std::move(left_.back());
  left_.pop_back();
  return last;
}

bool Stint::is_overtaken(std::size_t most) {
  const std::lock_guard lock(mutex_);
  return at_work_ != nullptr && !left_.empty() && ++overtaken_ > most;
}

std::deque<SharedDelivery> Stint::take_back_all() {
  const std::lock_guard lock(mutex_);
  return std::exchange(left_, {});
}

void Stint::drop(const std::unordered_set<provider::LockToken>& tokens) {
  const std::lock_guard lock(mutex_);
  std::erase_if(left_,
                [&](const SharedDelivery& each) { return tokens.contains(each->item.lock_token); });
}

}  // namespace duroxide::runtime
