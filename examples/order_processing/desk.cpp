#include "desk.hpp"

#include <iostream>
#include <utility>

using namespace duroxide;
using SteadyTime = std::chrono::steady_clock::time_point;

namespace {

constexpr std::size_t most_starts_under_way = 256;

}  // namespace

/// Shared with the callbacks, which may come after the desk has gone.
struct OrderDesk::State {
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t starts_under_way = 0;
  std::size_t shown = 0;  ///< how many endings the last `wait_for_progress` told of
  std::multimap<SteadyTime, std::string> dock;  ///< when to raise ShippingReady, and for whom
  Endings endings;
  bool closing = false;

  void finish(const std::string& id, Client::Status status) {
    const std::lock_guard lock(mutex);
    endings.emplace(id, std::move(status));
    changed.notify_all();
  }
};

OrderDesk::OrderDesk(Client client)
    : client_(std::move(client)),
      state_(std::make_shared<State>()),
      dock_([this] { run_dock(); }) {}

OrderDesk::~OrderDesk() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->closing = true;
    state_->changed.notify_all();
  }
  dock_.join();
}

void OrderDesk::submit(const Order& order) {
  {
    std::unique_lock lock(state_->mutex);
    state_->changed.wait(lock, [&] { return state_->starts_under_way < most_starts_under_way; });
    ++state_->starts_under_way;
  }
  auto on_started = [state = state_, client = client_, order](Client::Done started) {
    {
      const std::lock_guard lock(state->mutex);
      --state->starts_under_way;
      if (started && order.shipping_delay_ms >= 0) {
        const auto ready =
            std::chrono::steady_clock::now() + std::chrono::milliseconds(order.shipping_delay_ms);
        state->dock.emplace(ready, order.id);
      }
      state->changed.notify_all();
    }
    if (!started) {
      state->finish(order.id, failure(started.error()));
      return;
    }
    client.wait_for_completion(order.id, [state, id = order.id](Client::Status status) {
      state->finish(id, std::move(status));
    });
  };
  client_.start_orchestration(order.id, "ProcessOrder", order,
                              StartOptions().reuse(ReusePolicy::use_existing),
                              std::move(on_started));
}

void OrderDesk::run_dock() {
  const auto state = state_;
  std::unique_lock lock(state->mutex);
  while (!state->closing) {
    if (state->dock.empty()) {
      state->changed.wait(lock);
      continue;
    }
    const auto next = state->dock.begin();
    if (next->first > std::chrono::steady_clock::now()) {
      state->changed.wait_until(lock, SteadyTime(next->first));
      continue;
    }
    const std::string id = next->second;
    state->dock.erase(next);
    if (state->endings.contains(id)) {
      continue;  // an earlier run saw to it, or the customer did not wait
    }
    lock.unlock();
    client_.raise_event(id, "ShippingReady", "dock 4", [id](Client::Done raised) {
      if (!raised && raised.error().kind != ClientError::Kind::instance_finished) {
        std::cerr << "order " << id << ": " << raised.error().to_string() << '\n';
      }
    });
    lock.lock();
  }
}

std::size_t OrderDesk::wait_for_progress(std::chrono::milliseconds limit) {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait_for(lock, limit, [&] { return state_->endings.size() > state_->shown; });
  state_->shown = state_->endings.size();
  return state_->shown;
}

OrderDesk::Endings OrderDesk::endings() const {
  const std::lock_guard lock(state_->mutex);
  return state_->endings;
}
