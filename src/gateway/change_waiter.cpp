#include "gateway/change_waiter.hpp"

#include <memory>
#include <mutex>
#include <optional>

#include "model/wakeup.hpp"

namespace duroxide::gateway {

namespace {

struct Arrival {
  model::Wakeup wakeup;
  std::mutex mutex;
  std::optional<Result<ChangeBatch, ClientError>> batch;
};

}  // namespace

Result<ChangeBatch, CommandError> ChangeWaiter::wait(Sink& sink) {
  const auto arrival = std::make_shared<Arrival>();
  subscription_.next([arrival](Result<ChangeBatch, ClientError> batch) {
    const std::lock_guard lock(arrival->mutex);
    arrival->batch = std::move(batch);
    arrival->wakeup.raise();
  });
  if (!sink.wait_until_readable(arrival->wakeup.file())) {
    return failure(tail_interrupted());
  }
  const std::lock_guard lock(arrival->mutex);
  if (!*arrival->batch) {
    return failure(CommandError(arrival->batch->error()));
  }
  return std::move(**arrival->batch);
}

CommandError tail_interrupted() {
  return {CommandError::Kind::interrupted, "the tail was interrupted"};
}

}  // namespace duroxide::gateway
