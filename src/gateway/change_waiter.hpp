#pragma once

#include <utility>

#include <duroxide/subscription.hpp>

#include "gateway/command_error.hpp"
#include "gateway/sink.hpp"

namespace duroxide::gateway {

/// Waits for changes, and for the end of the reader beside them.
class ChangeWaiter {
 public:
  explicit ChangeWaiter(ChangeSubscription subscription) : subscription_(std::move(subscription)) {}

  /// Waits for the next ones. Errors: `interrupted` if the reader has gone or wants an end; `failed` if
  /// the store is closed.
  [[nodiscard]] Result<ChangeBatch, CommandError> wait(Sink& sink);

 private:
  ChangeSubscription subscription_;
};

/// What a command that follows says if it was interrupted.
[[nodiscard]] CommandError tail_interrupted();

}  // namespace duroxide::gateway
