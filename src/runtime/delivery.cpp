#include "runtime/delivery.hpp"

#include <system_error>

#include "model/lent_thread.hpp"
#include "protocol/enough_threads.hpp"

namespace duroxide::runtime {

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
