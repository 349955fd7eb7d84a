#pragma once

#include <utility>

#include "conformance/world.hpp"

namespace duroxide::conformance {

/// The ack with the event that says how the execution ends, if it has none: without it a check of the
/// store finds fault with the history.
inline provider::AckOrchestrationItem with_end(provider::AckOrchestrationItem ack) {
  EventKind end = event::OrchestrationContinuedAsNew{ack.metadata.output, {}};
  if (ack.metadata.status == ExecutionStatus::completed) {
    end = event::OrchestrationCompleted{ack.metadata.output};
  } else if (ack.metadata.status == ExecutionStatus::failed) {
    end = event::OrchestrationFailed{ack.metadata.failure.value()};
  }
  const Event& last = ack.events.back();
  if (last.kind.index() != end.index()) {
    ack.events.push_back(Event{last.event_id + 1, 0, from_milliseconds(7), std::move(end)});
  }
  return ack;
}

}  // namespace duroxide::conformance
