#pragma once

#include "neighbours.hpp"

namespace duroxide::hostile {

/// Waits for an activity `Hangs`, which may never return.
inline Task<std::string> calls_hanging(OrchestrationContext context) {
  co_return co_await context.schedule_activity("Hangs");
}

/// For a runtime that does not wait long for what hangs when it stops.
inline RuntimeOptions impatient() {
  return quiet().stop_timeout(std::chrono::milliseconds(100)).control_socket(false);
}

}  // namespace duroxide::hostile
