#pragma once

// The executions of an instance that have ended, as rows.

#include <cstdint>
#include <string>
#include <vector>

#include <duroxide/management_types.hpp>

#include "postgres/instance_row.hpp"

namespace duroxide::postgres {

struct EndedExecution {
  std::uint64_t execution = 0;
  std::string version;
  ExecutionStatus status = ExecutionStatus::completed;
  Timestamp started_at;
  Timestamp ended_at;
  std::uint64_t event_count = 0;
};

/// Reads them by the instance's id, ascending.
[[nodiscard]] Call executions_call(const std::string& id);
[[nodiscard]] std::vector<EndedExecution> executions_in(const Rows& rows);

/// With the one that runs.
[[nodiscard]] std::vector<ExecutionSummary> summarize_executions(
    const InstanceRow& instance, const std::vector<EndedExecution>& ended);

}  // namespace duroxide::postgres
