#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <duroxide/errors.hpp>
#include <duroxide/future.hpp>
#include <duroxide/payload.hpp>

#include "model/boxed.hpp"

namespace duroxide::DUROXIDE_ABI::detail {

class CallDriver;

/// The place where the outcome of one scheduled thing arrives.
struct Slot {
  ExecutionCore* core = nullptr;  ///< null once the execution has ended
  std::size_t kind = 0;           ///< of the event that has scheduled it: its place in `EventKind`
  std::uint64_t event_id = 0;
  std::string name;
  bool is_condition = false;  ///< of an execution, although no event has scheduled it
  bool complete = false;
  bool taken = false;         ///< the outcome has reached the code
  bool interrupted = false;   ///< whoever awaits it is to learn of the cancellation instead
  bool internal = false;      ///< awaited by the engine's own code, which is never interrupted
  std::uint64_t arrival = 0;  ///< external and queued events: their place in the order of arrival
  // The outcome, once it is complete.
  Payload value;
  model::Boxed<ErrorDetails> error;  ///< instead of the value
  Completion* waiter = nullptr;
  std::shared_ptr<CallDriver> driver;  ///< a call with retries or a timeout: what makes it
};

/// Whether an await of `slot` that begins now is to learn of the cancellation; then it is marked so.
[[nodiscard]] bool interrupt_at_start(Slot& slot);

/// Throws `OrchestrationCancelled` if the await that ends was interrupted.
void throw_if_interrupted(Slot& slot);

}  // namespace duroxide::DUROXIDE_ABI::detail
