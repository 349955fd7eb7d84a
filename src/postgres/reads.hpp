#pragma once

// What management reads, but for listings and counts. All of it throws `Refusal`: `instance_not_found` where an
// instance is named that is not there, `corrupt` for what cannot be read.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <duroxide/instance_export.hpp>
#include <duroxide/management_messages.hpp>

#include "postgres/database.hpp"

namespace duroxide::postgres {

[[nodiscard]] InstanceInfo read_info(Database& database, const std::string& instance);
[[nodiscard]] std::optional<InstanceDetails> read_details(Database& database,
                                                          const std::string& instance);
[[nodiscard]] std::vector<std::uint64_t> list_executions(Database& database,
                                                         const std::string& instance);
[[nodiscard]] ExecutionInfo read_execution(Database& database, const std::string& instance,
                                           std::uint64_t execution);
/// Of the current execution if none is given.
[[nodiscard]] std::vector<Event> read_history(Database& database, const std::string& instance,
                                              std::optional<std::uint64_t> execution);
[[nodiscard]] std::vector<PendingActivity> list_pending_activities(Database& database,
                                                                   const std::string& instance);
[[nodiscard]] std::vector<InstanceMessage> list_messages(Database& database,
                                                         const std::string& instance);
[[nodiscard]] std::vector<QuarantinedItem> list_quarantined(Database& database);
[[nodiscard]] std::vector<StuckInstance> list_stuck(Database& database, const StuckFilter& filter,
                                                    Timestamp now);
[[nodiscard]] std::vector<PausedItem> list_paused(Database& database);
/// Not more than `limit` instances of it, but its root in any case.
[[nodiscard]] InstanceTree read_tree(Database& database, const std::string& instance,
                                     const std::optional<std::uint32_t>& limit);
[[nodiscard]] InstanceExport export_instance(Database& database, const std::string& instance);

}  // namespace duroxide::postgres
