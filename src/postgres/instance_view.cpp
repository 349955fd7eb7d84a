#include "postgres/instance_view.hpp"

#include <cstddef>
#include <string_view>
#include <utility>

#include "model/encoding.hpp"
#include "model/limits.hpp"
#include "postgres/refusal.hpp"

namespace duroxide::postgres {

namespace {

constexpr const char* look_text =
    "SELECT i.number, i.status, t.event_count, e.output, e.failure, c.status, "
    "       coalesce(c.version, 0), s.value, s.updated_at, s.version "
    "FROM instances i JOIN turns t ON t.number = i.number "
    "LEFT JOIN executions e ON e.number = i.number AND e.execution = i.execution "
    "LEFT JOIN custom_status c ON c.number = i.number "
    "LEFT JOIN state s ON s.number = i.number AND s.key = $2 "
    "WHERE i.id = $1";

enum ViewColumn : std::size_t {
  view_column_number,
  view_column_status,
  view_column_event_count,
  view_column_output,
  view_column_failure,
  view_column_custom_status,
  view_column_custom_version,
  view_column_value,
  view_column_value_updated,
  view_column_value_version,
};

/// What cannot be an id is nobody's, as the empty text is.
std::string id_or_nobody(const std::string& instance) {
  return model::check_instance_id(instance) ? instance : std::string();
}

Result<OrchestrationStatus, model::Flaw> state_of(const Rows::Row& row) {
  switch (static_cast<ExecutionStatus>(row.number(view_column_status))) {
    case ExecutionStatus::running:
    case ExecutionStatus::continued_as_new:
      return OrchestrationStatus(OrchestrationStatus::Running{});
    case ExecutionStatus::completed:
      return OrchestrationStatus(OrchestrationStatus::Completed{row.text(view_column_output)});
    case ExecutionStatus::failed:
    case ExecutionStatus::cancelled:
      break;
  }
  auto details = model::decode_error(row.bytes(view_column_failure));
  if (!details) {
    return failure(std::move(details).error());
  }
  return OrchestrationStatus(OrchestrationStatus::Failed{std::move(*details)});
}

}  // namespace

Call look_at(const std::string& instance, const std::string& key) {
  return {"look_at", Parameters().text(id_or_nobody(instance)).text(key), look_text};
}

Result<std::optional<InstanceView>, ProviderError> view_of(const Rows& answer,
                                                           const char* operation,
                                                           const std::string& key) {
  if (answer.empty()) {
    return std::optional<InstanceView>();
  }
  const Rows::Row row = answer.first();
  auto state = state_of(row);
  if (!state) {
    return failure(refused(operation, ProviderError::Kind::corrupt,
                           "the failure of the instance cannot be read: " + state.error().what));
  }
  InstanceView view;
  view.number = row.number(view_column_number);
  view.has_ended = row.number(view_column_status) != 0;
  view.has_begun = view.has_ended || row.number(view_column_event_count) > 0;
  view.status = std::move(*state).with_custom_status(row.optional_text(view_column_custom_status),
                                                     row.count(view_column_custom_version));
  if (!row.is_null(view_column_value_version)) {
    view.value = StoredValue{key, row.text(view_column_value),
                             from_milliseconds(row.number(view_column_value_updated)),
                             row.count(view_column_value_version)};
  }
  return std::optional(std::move(view));
}

Call read_current_history(const std::string& instance) {
  return {"read_current_history", Parameters().text(id_or_nobody(instance)),
          "SELECT h.events FROM instances i JOIN history h ON h.number = i.number "
          "AND h.execution = i.execution WHERE i.id = $1 ORDER BY h.first_event"};
}

Result<std::vector<Event>, ProviderError> history_of(const Rows& answer, const char* operation) {
  std::vector<Event> events;
  for (std::size_t i = 0; i < answer.size(); ++i) {
    if (auto read = model::decode_events_into(answer.row(i).bytes(0), events); !read) {
      return failure(refused(operation, ProviderError::Kind::corrupt,
                             "the history cannot be read: " + read.error().what));
    }
  }
  return events;
}

Call read_values(const std::string& instance) {
  return {"read_values", Parameters().text(id_or_nobody(instance)),
          "SELECT s.key, s.value, s.updated_at, s.version FROM instances i "
          "JOIN state s ON s.number = i.number WHERE i.id = $1 ORDER BY s.key"};
}

std::vector<StoredValue> values_of(const Rows& answer) {
  std::vector<StoredValue> values;
  for (std::size_t i = 0; i < answer.size(); ++i) {
    const Rows::Row row = answer.row(i);
    values.push_back({row.text(0), row.text(1), from_milliseconds(row.number(2)), row.count(3)});
  }
  return values;
}

}  // namespace duroxide::postgres
