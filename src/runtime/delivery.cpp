#include "runtime/delivery.hpp"

#include <algorithm>
#include <string>
#include <system_error>

#include "model/lent_thread.hpp"
#include "protocol/enough_threads.hpp"

namespace duroxide::runtime {

namespace {

/// What is longer than anything lasts is no less than that.
Milliseconds milliseconds_of(std::uint64_t count) {
  return Milliseconds(
      static_cast<std::int64_t>(std::min(count, static_cast<std::uint64_t>(max_delay.count()))));
}

}  // namespace

bool Delivery::offer_progress(std::string details) {
  const std::lock_guard lock(mutex_);
  progress_ = std::move(details);
  return !std::exchange(progress_travels_, true);
}

std::optional<std::string> Delivery::next_progress() {
  const std::lock_guard lock(mutex_);
  progress_travels_ = progress_.has_value();
  return std::exchange(progress_, std::nullopt);
}

bool Delivery::take_orders(Orders orders) {
  const std::lock_guard lock(mutex_);
  if (stop.stop_requested()) {
    return false;
  }
  orders_ = std::move(orders);
  return true;
}

bool Delivery::order(Order order) {
  const std::lock_guard lock(mutex_);
  if (orders_) {
    orders_(order);
    return true;
  }
  if (order == Order::stop && way == Way::coroutine) {
    stop.request_stop();  // its code has not begun, so nobody is called back
    return true;
  }
  return false;
}

void Delivery::begins(Timestamp now) {
  const std::lock_guard lock(mutex_);
  has_begun_ = true;
  began_ = now;
  last_sign_ = now;
}

bool Delivery::has_begun() const {
  const std::lock_guard lock(mutex_);
  return has_begun_;
}

void Delivery::gives_sign(Timestamp now) {
  const std::lock_guard lock(mutex_);
  last_sign_ = now;
}

std::optional<Timestamp> Delivery::limit() const {
  const auto& timeouts = item.item.timeouts;
  if (!timeouts) {
    return std::nullopt;
  }
  const std::lock_guard lock(mutex_);
  std::optional<Timestamp> limit;
  if (timeouts->run_ms != 0) {
    limit = saturating_add(began_, milliseconds_of(timeouts->run_ms));
  }
  if (timeouts->heartbeat_ms != 0) {
    const Timestamp silent = saturating_add(last_sign_, milliseconds_of(timeouts->heartbeat_ms));
    limit = limit ? std::min(*limit, silent) : silent;
  }
  return limit;
}

ErrorDetails Delivery::too_slow(Timestamp now) const {
  const ActivityTimeouts timeouts = item.item.timeouts.value_or(ActivityTimeouts());
  const std::lock_guard lock(mutex_);
  const bool ran_too_long =
      timeouts.run_ms != 0 && saturating_add(began_, milliseconds_of(timeouts.run_ms)) <= now;
  ErrorDetails details = application_error(
      ErrorKind::attempt_timed_out,
      "activity " + item.item.name +
          (ran_too_long ? " has run for longer than " + std::to_string(timeouts.run_ms)
                        : " has sent no heartbeat for " + std::to_string(timeouts.heartbeat_ms)) +
          " ms",
      item.item.name);
  details.retryable = true;
  return details;
}

void request_stop_aside(caf::actor_system& system, Delivery& delivery) {
  if (delivery.order(Delivery::Order::stop)) {
    return;
  }
  auto stop = delivery.stop;
  try {
    storage::require_threads(system, 1);
    actors::run_aside(system, [stop]() mutable { stop.request_stop(); });
  } catch (const std::system_error&) {
    const model::LentThread lent("a callback");
    stop.request_stop();  // no thread is left: better late for others than never for this one
  }
}

}  // namespace duroxide::runtime
