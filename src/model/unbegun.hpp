#pragma once

#include <optional>

#include <duroxide/events.hpp>
#include <duroxide/work_items.hpp>

#include "model/restore_plan.hpp"

namespace duroxide::model {

/// The first event of an execution that ends before its first turn; `message` is the start that waits for
/// it, if that can be read.
[[nodiscard]] event::OrchestrationStarted started_by(const ExecutionOf& execution,
                                                     const std::optional<ParentLink>& parent,
                                                     const std::optional<WorkItem>& message);

}  // namespace duroxide::model
