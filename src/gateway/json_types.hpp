#pragma once

// What management shows, as JSON: fields by their names, times as `time_text`, durations in
// milliseconds, optional fields as null.

#include <vector>

#include <nlohmann/json.hpp>

#include <duroxide/events.hpp>
#include <duroxide/management_actions.hpp>
#include <duroxide/management_types.hpp>
#include <duroxide/metrics.hpp>
#include <duroxide/status.hpp>

namespace duroxide::gateway {

[[nodiscard]] nlohmann::json json_of(const OrchestrationStatus& status);
[[nodiscard]] nlohmann::json json_of(const ErrorDetails& details);

[[nodiscard]] nlohmann::json json_of(const InstanceSummary& summary);
[[nodiscard]] nlohmann::json json_of(const InstanceInfo& info);
[[nodiscard]] nlohmann::json json_of(const ExecutionSummary& execution);
[[nodiscard]] nlohmann::json json_of(const ExecutionDetails& execution);
[[nodiscard]] nlohmann::json json_of(const PendingActivity& activity);
[[nodiscard]] nlohmann::json json_of(const InstanceMessage& message);
[[nodiscard]] nlohmann::json json_of(const PendingTimer& timer);
[[nodiscard]] nlohmann::json json_of(const PendingEvent& event);
[[nodiscard]] nlohmann::json json_of(const PendingChild& child);
[[nodiscard]] nlohmann::json json_of(const InstanceTree& tree);
[[nodiscard]] nlohmann::json json_of(const StoredValue& value);

[[nodiscard]] nlohmann::json json_of(const QueueDepths& depths);
[[nodiscard]] nlohmann::json json_of(const SystemMetrics& metrics);
[[nodiscard]] nlohmann::json json_of(const MetricFamily& family);
[[nodiscard]] nlohmann::json json_of(const SystemHealth& health);
[[nodiscard]] nlohmann::json json_of(const StuckInstance& stuck);
[[nodiscard]] nlohmann::json json_of(const QuarantinedItem& item);
[[nodiscard]] nlohmann::json json_of(const PausedItem& item);

[[nodiscard]] nlohmann::json json_of(const DeleteInstanceResult& result);
[[nodiscard]] nlohmann::json json_of(const PruneResult& result);
[[nodiscard]] nlohmann::json json_of(const BulkResult& result);
[[nodiscard]] nlohmann::json json_of(const RestoredInstance& restored);
[[nodiscard]] nlohmann::json json_of(const BackupResult& result);
[[nodiscard]] nlohmann::json json_of(const VerifyReport& report);
[[nodiscard]] nlohmann::json json_of(const Progress& progress);

template <class T>
[[nodiscard]] nlohmann::json json_of(const std::vector<T>& values) {
  nlohmann::json array = nlohmann::json::array();
  for (const T& value : values) {
    array.push_back(json_of(value));
  }
  return array;
}

}  // namespace duroxide::gateway
