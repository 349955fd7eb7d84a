#include "postgres/summary_row.hpp"

#include <utility>

#include "model/encoding.hpp"
#include "postgres/refusals.hpp"

namespace duroxide::postgres {

namespace {

constexpr std::size_t failure_column = 11;
constexpr std::size_t output_column = 12;

OrchestrationStatus status_in_list(const Rows::Row& row, ExecutionStatus status,
                                   const std::string& instance) {
  const bool failed = status == ExecutionStatus::failed || status == ExecutionStatus::cancelled;
  if (!failed) {
    return status == ExecutionStatus::completed && !row.is_null(output_column)
               ? OrchestrationStatus(OrchestrationStatus::Completed{row.text(output_column)})
               : OrchestrationStatus(status);
  }
  try {
    return OrchestrationStatus::Failed{error_in(row, failure_column, instance)};
  } catch (const Refusal& unreadable) {
    return OrchestrationStatus::Failed{application_error(
        status == ExecutionStatus::cancelled ? ErrorKind::cancelled : ErrorKind::storage,
        "what it said cannot be read: " + unreadable.error().message, instance)};
  }
}

}  // namespace

std::string summary_columns(const std::string& with_output, const std::string& with_custom_status) {
  return "i.number, i.id, i.orchestration, i.version, i.status, i.created_at, t.updated_at,"
         " i.execution, i.parent_id, i.parent_event, i.tags, e.failure,"
         " CASE WHEN " +
         with_output +
         " THEN e.output END,"
         " CASE WHEN " +
         with_custom_status +
         " THEN (SELECT c.status FROM custom_status c WHERE c.number = i.number) END";
}

ExecutionStatus status_in(const Rows::Row& row, std::size_t column) {
  const auto status = row.number(column);
  if (status < 0 || status > static_cast<std::int64_t>(ExecutionStatus::cancelled)) {
    throw Refusal(ProviderError::Kind::corrupt,
                  "a row has the unknown status " + std::to_string(status));
  }
  return static_cast<ExecutionStatus>(status);
}

ErrorDetails error_in(const Rows::Row& row, std::size_t column, const std::string& instance) {
  const std::string what = "the error of the instance `" + instance + "`";
  if (row.is_null(column)) {
    throw Refusal(ProviderError::Kind::corrupt, what + " is missing; verify the store");
  }
  return require_readable(what, model::decode_error(row.bytes(column)));
}

InstanceSummary summary_of(const Rows::Row& row) {
  InstanceSummary summary;
  const ExecutionStatus status = status_in(row, 4);
  summary.instance_id = row.text(summary_column::id);
  summary.orchestration_name = row.text(summary_column::orchestration);
  summary.version = row.text(3);
  summary.status = status_in_list(row, status, summary.instance_id);
  summary.created_at = time_in(row, 5);
  summary.updated_at = time_in(row, summary_column::updated_at);
  summary.execution_count = row.count(7);
  summary.parent_instance = row.optional_text(8);
  if (summary.parent_instance) {
    summary.parent_id = row.count(9);
  }
  summary.tags = row.texts(10);
  summary.cancelled = status == ExecutionStatus::cancelled;
  return summary;
}

}  // namespace duroxide::postgres
