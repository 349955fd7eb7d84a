#pragma once

// How an instance stands in a row, and what is made of it.

#include <string>

#include <duroxide/management_types.hpp>

#include "postgres/rows.hpp"

namespace duroxide::postgres {

/// The columns of a summary, of `instances i`, `turns t` and `executions e` as `summary_joins` joins them.
/// The two are SQL: whether the output of what has completed is wanted, and whether the custom status is.
[[nodiscard]] std::string summary_columns(const std::string& with_output,
                                          const std::string& with_custom_status);

/// Behind `FROM … instances i`.
inline constexpr const char* summary_joins =
    " JOIN turns t ON t.number = i.number"
    " LEFT JOIN executions e ON i.status <> 0 AND e.number = i.number AND e.execution = "
    "i.execution";

/// The places of some of them.
namespace summary_column {
inline constexpr std::size_t number = 0;
inline constexpr std::size_t id = 1;
inline constexpr std::size_t orchestration = 2;
inline constexpr std::size_t updated_at = 6;
inline constexpr std::size_t custom_status = 13;
inline constexpr std::size_t count = 14;
}  // namespace summary_column

/// What a failure says that cannot be read is that it cannot be read: the row is shown nevertheless.
[[nodiscard]] InstanceSummary summary_of(const Rows::Row& row);

/// The status of an instance in a column as `instances` has it. Damage is an unknown one. Throws `Refusal`.
[[nodiscard]] ExecutionStatus status_in(const Rows::Row& row, std::size_t column);

/// The error that a column holds. Throws `Refusal` if it cannot be read.
[[nodiscard]] ErrorDetails error_in(const Rows::Row& row, std::size_t column,
                                    const std::string& instance);

[[nodiscard]] inline Timestamp time_in(const Rows::Row& row, std::size_t column) {
  return from_milliseconds(row.number(column));
}
[[nodiscard]] inline std::optional<Timestamp> optional_time_in(const Rows::Row& row,
                                                               std::size_t column) {
  const auto time = row.optional_number(column);
  return time ? std::optional(from_milliseconds(*time)) : std::nullopt;
}

}  // namespace duroxide::postgres
