#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <duroxide/pending_call.hpp>

#include "gateway/command_error.hpp"
#include "gateway/sink.hpp"
#include "model/wakeup.hpp"

namespace duroxide::gateway {

/// Waits for the answer to a call, and for the end of the reader beside it; then the call is cancelled.
/// `what` is what the command does, for whoever interrupts it. Errors: `interrupted`, and those of the
/// call.
template <class T>
[[nodiscard]] Result<T, CommandError> wait_for_answer(PendingCall<T> call, Sink& sink,
                                                      std::string what) {
  struct Arrival {
    model::Wakeup wakeup;
    std::mutex mutex;
    std::optional<Result<T, ClientError>> answer;
  };
  const auto arrival = std::make_shared<Arrival>();
  call.then([arrival](Result<T, ClientError> answer) {
    const std::lock_guard lock(arrival->mutex);
    arrival->answer.emplace(std::move(answer));
    arrival->wakeup.raise();
  });
  if (!sink.wait_until_readable(arrival->wakeup.file())) {
    call.cancel();
    return failure(
        CommandError(CommandError::Kind::interrupted, std::move(what) + " was interrupted"));
  }
  const std::lock_guard lock(arrival->mutex);
  if (!*arrival->answer) {
    return failure(CommandError(std::move(*arrival->answer).error()));
  }
  return std::move(**arrival->answer);
}

}  // namespace duroxide::gateway
