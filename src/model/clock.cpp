#include <duroxide/clock.hpp>

#include <limits>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "model/slewed_time.hpp"

namespace duroxide::DUROXIDE_ABI {

namespace {

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override {
    const auto wall = std::chrono::system_clock::now().time_since_epoch();
    const auto steady = std::chrono::steady_clock::now().time_since_epoch();
    return time_.at(wall, steady);
  }
  [[nodiscard]] bool ticks() const override { return true; }
  [[nodiscard]] std::shared_ptr<void> subscribe(std::function<void()>) override { return nullptr; }

 private:
  mutable SlewedTime time_;
};

}  // namespace

Timestamp saturating_add(Timestamp from, Milliseconds delay) {
  const std::int64_t start = to_milliseconds(from);
  const std::int64_t step = delay.count();
  std::int64_t sum = 0;
  if (__builtin_add_overflow(start, step, &sum)) {
    sum = step < 0 ? std::numeric_limits<std::int64_t>::min()
                   : std::numeric_limits<std::int64_t>::max();
  }
  return from_milliseconds(sum);
}

std::shared_ptr<Clock> system_clock() {
  static const auto clock = std::make_shared<SystemClock>();
  return clock;
}

struct ManualClock::Impl {
  std::mutex mutex;
  Timestamp now;
  std::uint64_t next_subscriber = 0;
  std::map<std::uint64_t, std::function<void()>> subscribers;
};

ManualClock::ManualClock(Timestamp start) : impl_(std::make_unique<Impl>()) {
  impl_->now = start;
}

ManualClock::~ManualClock() = default;

Timestamp ManualClock::now() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->now;
}

std::shared_ptr<void> ManualClock::subscribe(std::function<void()> on_change) {
  const std::lock_guard lock(impl_->mutex);
  const std::uint64_t id = impl_->next_subscriber++;
  impl_->subscribers.emplace(id, std::move(on_change));
  // The handle may outlive the clock.
  return std::shared_ptr<void>(nullptr, [weak = weak_from_this(), id](void*) {
    if (const auto clock = weak.lock()) {
      const std::lock_guard unsubscribe_lock(clock->impl_->mutex);
      clock->impl_->subscribers.erase(id);
    }
  });
}

void ManualClock::advance(Duration step) {
  std::vector<std::function<void()>> to_call;
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->now = saturating_add(impl_->now, step);
    to_call.reserve(impl_->subscribers.size());
    for (const auto& [id, on_change] : impl_->subscribers) {
      to_call.push_back(on_change);
    }
  }
  for (const auto& on_change : to_call) {
    on_change();
  }
}

}  // namespace duroxide::DUROXIDE_ABI
