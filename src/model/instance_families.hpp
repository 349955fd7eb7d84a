#pragma once

// Metrics of what a store holds, which every store tells in the same words.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <duroxide/management_types.hpp>
#include <duroxide/metrics.hpp>
#include <duroxide/status.hpp>

namespace duroxide::model {

/// A family of one number.
[[nodiscard]] MetricFamily gauge_of(std::string name, std::string help, std::uint64_t value,
                                    std::string unit = {});

/// How many instances there are, by orchestration.
using CountsByName = std::map<std::string, std::map<ExecutionStatus, std::uint64_t>>;

/// Instances by orchestration and status, then what is paused or in quarantine, executions, events and
/// queues. Some names have series of their own, the rest has one together.
[[nodiscard]] std::vector<MetricFamily> instance_families(const CountsByName& by_name,
                                                          const SystemMetrics& counts);

}  // namespace duroxide::model
