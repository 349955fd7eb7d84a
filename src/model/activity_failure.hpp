#pragma once

#include <duroxide/errors.hpp>
#include <duroxide/work_items.hpp>

namespace duroxide::model {

/// The message by which the call of `item` fails.
[[nodiscard]] WorkItem failed_activity(const work::ActivityExecute& item, ErrorDetails details);

/// It has not begun to run in time.
[[nodiscard]] ErrorDetails not_begun_in_time(const work::ActivityExecute& item);

}  // namespace duroxide::model
