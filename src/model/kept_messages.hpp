#pragma once

// What a failed instance keeps: the messages that clients were told are durable, and that its code
// never took. They stay until it is rewound, which delivers them, or deleted; a fork gets a copy.

#include <cstdint>
#include <vector>

#include <duroxide/events.hpp>
#include <duroxide/status.hpp>
#include <duroxide/work_items.hpp>

#include "model/restore_plan.hpp"

namespace duroxide::model {

/// Whether an instance that has ended so keeps messages: a rewind can take it up again.
[[nodiscard]] inline bool keeps_messages(ExecutionStatus status) {
  return status == ExecutionStatus::failed || status == ExecutionStatus::cancelled;
}

/// Whether an instance that fails in this execution keeps the message. Left out are repeated starts;
/// cancellations, which its end has overtaken; answers to earlier executions; and failures, because
/// what failed is tried again when the instance is taken up.
[[nodiscard]] bool is_kept(const WorkItem& message, std::uint64_t execution);

/// Adds to `messages` those of `kept_messages` that still find somebody to take them at the end of
/// `history`: not answers to steps that are not open there, or that `messages` answer already.
void add_kept(const ExecutionOf& execution, const std::vector<Event>& history,
              std::vector<WorkItem> kept_messages, std::vector<WorkItem>& messages);

}  // namespace duroxide::model
