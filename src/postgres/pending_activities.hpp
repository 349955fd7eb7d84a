#pragma once

#include <string>
#include <vector>

#include <duroxide/management_types.hpp>

#include "postgres/instance_row.hpp"

namespace duroxide::postgres {

/// Reads the activities that the instance's current execution has scheduled and that have not ended.
[[nodiscard]] Call activities_call(const std::string& id);
/// `history` is that of the current execution. Throws `Refusal` for a row that cannot be read.
[[nodiscard]] std::vector<PendingActivity> pending_activities_in(const Rows& rows,
                                                                 const InstanceRow& instance,
                                                                 const std::vector<Event>& history);

}  // namespace duroxide::postgres
