#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <duroxide/clock.hpp>
#include <duroxide/detail/caf.hpp>
#include <duroxide/errors.hpp>
#include <duroxide/log.hpp>
#include <duroxide/provider.hpp>
#include <duroxide/result.hpp>

#include "model/process_mark.hpp"

namespace duroxide::client {

/// Where a thread waits for the callback of one call. Measured beside CAF's own blocking actors, one
/// of which would have to be made for each call: half their latency.
template <class T>
class Awaited {
 public:
  /// To be called once, on any thread, also after nobody waits any more.
  [[nodiscard]] std::function<void(T)> callback() const {
    return [state = state_](T value) {
      {
        const std::lock_guard lock(state->mutex);
        state->value.emplace(std::move(value));
      }
      state->arrived.notify_one();  // unlocked, or the one who waits would wake up to wait again
    };
  }

  /// Nothing if the time was too short. In a deterministic system, where nobody else does, it runs
  /// the messages itself; then there is nothing if none is left to run.
  [[nodiscard]] std::optional<T> wait(caf::actor_system& system,
                                      std::optional<Milliseconds> timeout) {
    if (actors::is_deterministic(system)) {
      actors::run_until(system, [this] { return has_arrived(); });
    }
    std::unique_lock lock(state_->mutex);
    const auto arrived = [this] { return state_->value.has_value(); };
    if (actors::is_deterministic(system)) {
      return std::move(state_->value);
    }
    if (timeout) {
      state_->arrived.wait_for(lock, *timeout, arrived);
    } else {
      state_->arrived.wait(lock, arrived);
    }
    return std::move(state_->value);
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable arrived;
    std::optional<T> value;
  };

  [[nodiscard]] bool has_arrived() const {
    const std::lock_guard lock(state_->mutex);
    return state_->value.has_value();
  }

  std::shared_ptr<State> state_ = std::make_shared<State>();
};

/// Whether the calling thread may wait for a store that `opener` has opened: not on a thread of the
/// engine's, which is also logged, and not in a process that was forked. Every blocking call asks first.
[[nodiscard]] Result<void, ClientError> check_may_block(const LogSink& log,
                                                        const model::ProcessMark& opener);
[[nodiscard]] Result<void, ClientError> check_may_block(const Store& store);

/// In a deterministic system, where nothing happens by itself.
[[nodiscard]] ClientError never_answered();

/// Makes a blocking call of one that takes a callback: `start` gets the callback.
template <class Answer, class Start>
[[nodiscard]] Answer block(const Store& store, const Start& start) {
  if (auto checked = check_may_block(store); !checked) {
    return failure(std::move(checked).error());
  }
  Awaited<Answer> awaited;
  start(awaited.callback());
  auto answer = awaited.wait(provider_of(store).home_system(), std::nullopt);
  if (!answer) {
    return failure(never_answered());
  }
  return std::move(*answer);
}

}  // namespace duroxide::client
