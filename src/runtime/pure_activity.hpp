#pragma once

#include <optional>

#include <duroxide/work_items.hpp>

#include "runtime/environment.hpp"

namespace duroxide::runtime {

/// Runs an activity that is registered as pure within the turn that calls it, and gives the message that
/// it leads to. None if it is not registered so, if it is for a certain worker, or if it leaves its call
/// open: then it goes through the store like any other. On the engine's thread.
[[nodiscard]] std::optional<WorkItem> run_pure(const Environment& environment,
                                               const work::ActivityExecute& item);

}  // namespace duroxide::runtime
