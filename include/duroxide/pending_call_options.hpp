#pragma once

#include <optional>
#include <stop_token>
#include <utility>

#include <duroxide/clock.hpp>
#include <duroxide/executor.hpp>

namespace duroxide::DUROXIDE_ABI {

/// How calls of an `AsyncClient` or an `AsyncManagement` are made. Setters chain.
class CallOptions {
 public:
  CallOptions() {}  // NOLINT: an aggregate would meet GCC 12's coroutine defect

  /// A call that is not answered within this time of the store's clock ends with
  /// `ClientError::Kind::timeout`, and is taken back as if it had been cancelled. Default: none. One
  /// that is negative or above `max_delay` is `invalid_input`.
  CallOptions& timeout(Duration value) {
    timeout_ = value;
    return *this;
  }
  /// Cancels the calls when it is asked to stop; if it has been, they are not made. Default: none.
  CallOptions& stop(std::stop_token value) {
    stop_ = std::move(value);
    return *this;
  }
  /// Where callbacks run and coroutines go on. Default: in place, on a thread of the engine's.
  CallOptions& on(Executor value) {
    executor_ = std::move(value);
    return *this;
  }

  [[nodiscard]] const std::optional<Milliseconds>& timeout() const { return timeout_; }
  [[nodiscard]] const std::stop_token& stop() const { return stop_; }
  [[nodiscard]] const Executor& executor() const { return executor_; }

 private:
  std::optional<Milliseconds> timeout_;
  std::stop_token stop_;
  Executor executor_;
};

}  // namespace duroxide::DUROXIDE_ABI
