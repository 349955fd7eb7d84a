#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <duroxide/future.hpp>
#include <duroxide/retry.hpp>
#include <duroxide/task.hpp>

#include "replay/slot.hpp"

namespace duroxide::DUROXIDE_ABI::detail {

/// A call that may take several attempts, or has a deadline.
struct Call {
  std::size_t kind = 0;  ///< of the event that schedules an attempt: its place in `EventKind`
  std::string name;
  RetryPolicy policy;
  std::optional<Milliseconds> timeout;  ///< of all attempts together
  /// Schedules an attempt; the first is 1.
  std::function<std::shared_ptr<Slot>(std::uint32_t)> schedule;
};

/// Makes the attempts of a call, from the engine's own durable code, and completes the slot that the
/// user awaits. Each attempt, wait and deadline is an ordinary step in history, so replay needs to
/// know nothing of calls. Dropping it drops the steps under way.
class CallDriver final : public Completion {
 public:
  explicit CallDriver(Slot& slot) : slot_(slot) {}
  CallDriver(const CallDriver&) = delete;
  CallDriver& operator=(const CallDriver&) = delete;

  /// Schedules the first attempt and the deadlines now, and goes on as their results come. Returns
  /// the event id of the attempt; 0 if the execution has failed with it.
  std::uint64_t start(ExecutionCore& core, TurnScheduler& scheduler, Call call);

  void done() noexcept override;

 private:
  Slot& slot_;
  Task<std::string> task_;
};

}  // namespace duroxide::DUROXIDE_ABI::detail
