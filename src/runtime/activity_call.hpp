#pragma once

#include <optional>
#include <string>

#include <duroxide/handlers.hpp>
#include <duroxide/provider.hpp>
#include <duroxide/work_items.hpp>

#include "runtime/environment.hpp"

namespace duroxide::runtime {

/// Calls an activity and makes a message for its instance of whatever comes out: `ActivityCompleted`
/// or `ActivityFailed`; none if the activity left the call open. Nothing that the activity throws
/// leaves this function. Interceptors stand around it.
[[nodiscard]] std::optional<WorkItem> call_activity(const Environment& environment,
                                                    const provider::WorkerItem& item,
                                                    const ActivityHandler& handler,
                                                    ActivityContext::Services services);

/// What the code of a delivery is told of its call.
[[nodiscard]] ActivityContext::Call describe_call(const provider::WorkerItem& delivered);

/// The message that says what the activity has come to.
[[nodiscard]] WorkItem completion_of(const work::ActivityExecute& item,
                                     Result<std::string, ErrorDetails> outcome);

}  // namespace duroxide::runtime
