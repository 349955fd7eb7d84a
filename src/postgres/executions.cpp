#include "postgres/executions.hpp"

#include <algorithm>
#include <utility>

#include "postgres/summary_row.hpp"

namespace duroxide::postgres {

Call executions_call(const std::string& id) {
  return {"executions_of", Parameters().text(id),
          "SELECT e.execution, e.version, e.status, e.started_at, e.ended_at, e.event_count"
          " FROM executions e JOIN instances i ON i.number = e.number WHERE i.id = $1"
          " ORDER BY e.execution"};
}

std::vector<EndedExecution> executions_in(const Rows& rows) {
  std::vector<EndedExecution> executions;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Rows::Row row = rows.row(i);
    executions.push_back({row.count(0), row.text(1), status_in(row, 2), time_in(row, 3),
                          time_in(row, 4), row.count(5)});
  }
  return executions;
}

std::vector<ExecutionSummary> summarize_executions(const InstanceRow& instance,
                                                   const std::vector<EndedExecution>& ended) {
  std::vector<ExecutionSummary> executions;
  for (const EndedExecution& each : ended) {
    ExecutionSummary summary;
    summary.execution_id = each.execution;
    summary.status = each.status;
    summary.started_at = each.started_at;
    summary.completed_at = each.ended_at;
    summary.event_count = each.event_count;
    summary.duration_ms = static_cast<std::uint64_t>(
        std::max<std::int64_t>(0, (each.ended_at - each.started_at).count()));
    executions.push_back(summary);
  }
  if (instance.status == ExecutionStatus::running) {
    ExecutionSummary current;
    current.execution_id = instance.execution;
    current.started_at = instance.execution_started_at;
    current.event_count = instance.event_count;
    executions.push_back(current);
  }
  return executions;
}

}  // namespace duroxide::postgres
