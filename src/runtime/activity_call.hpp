#pragma once

#include <duroxide/handlers.hpp>
#include <duroxide/log.hpp>
#include <duroxide/work_items.hpp>

namespace duroxide::runtime {

/// Calls an activity and makes a message for its instance of whatever comes out: `ActivityCompleted`
/// or `ActivityFailed`. Nothing that the activity throws leaves this function.
[[nodiscard]] WorkItem call_activity(const work::ActivityExecute& item, std::uint32_t attempt,
                                     const ActivityHandler& handler, const LogSink& log);

/// The message that fails the activity with `details`.
[[nodiscard]] WorkItem failed_activity(const work::ActivityExecute& item, ErrorDetails details);

}  // namespace duroxide::runtime
