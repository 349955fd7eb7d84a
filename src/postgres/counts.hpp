#pragma once

// Counts over the whole store.

#include <cstdint>
#include <optional>

#include <duroxide/management_types.hpp>
#include <duroxide/metrics.hpp>

#include "postgres/database.hpp"

namespace duroxide::postgres {

/// How many match a filter, if that is known without a look at them.
[[nodiscard]] std::optional<std::uint64_t> count_without_looking(Database& database,
                                                                 const InstanceFilter& filter);

[[nodiscard]] InstanceCounts read_counts(Database& database);
[[nodiscard]] QueueDepths read_queue_depths(Database& database);
/// What only a store of files has is 0.
[[nodiscard]] SystemMetrics read_metrics(Database& database);
[[nodiscard]] std::vector<MetricFamily> read_metric_families(Database& database);
[[nodiscard]] SystemHealth read_health(Database& database, Timestamp now);

}  // namespace duroxide::postgres
