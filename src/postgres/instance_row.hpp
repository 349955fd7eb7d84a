#pragma once

// One instance with what else is read of it at once.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <duroxide/events.hpp>
#include <duroxide/status.hpp>

#include "model/open_steps.hpp"
#include "model/restore_plan.hpp"
#include "postgres/database.hpp"

namespace duroxide::postgres {

/// What `instances` and `turns` say of an instance.
struct InstanceRow {
  std::int64_t number = 0;
  std::string id;
  std::int64_t incarnation = 0;
  std::string orchestration;
  std::string version;  ///< empty until the current execution's first turn
  std::uint64_t execution = 1;
  ExecutionStatus status = ExecutionStatus::running;
  Timestamp created_at;
  Timestamp updated_at;
  Timestamp execution_started_at;
  std::uint64_t event_count = 0;  ///< of the current execution
  std::optional<ParentLink> parent;
  std::optional<std::int64_t> parent_number;
  std::optional<Timestamp> start_due;
  std::vector<std::string> tags;

  [[nodiscard]] model::ExecutionOf current() const {
    return {id, execution, orchestration, version};
  }
};

/// The columns that `instance_in` reads, in front of others: of `instances i` and `turns t`.
inline constexpr const char* instance_columns =
    "i.number, i.id, i.incarnation, i.orchestration, i.version, i.execution, i.status,"
    " i.created_at, t.updated_at, i.execution_started_at, t.event_count, i.parent_id,"
    " i.parent_execution, i.parent_event, i.parent_number, i.start_due, i.tags";
inline constexpr std::size_t instance_column_count = 17;

[[nodiscard]] InstanceRow instance_in(const Rows::Row& row);

/// A call whose only parameter is an instance's id.
[[nodiscard]] inline Call call_with_id(const char* name, const std::string& id, const char* text) {
  return {name, Parameters().text(id), text};
}

/// Reads one by its id: a row, or none.
[[nodiscard]] Call instance_call(const std::string& id);
/// The row of that answer. Throws `Refusal` if there is none.
[[nodiscard]] InstanceRow require_instance(const Rows& rows, const std::string& id);

/// Reads a history by the instance's id; of the current execution if none is given.
[[nodiscard]] Call history_call(const std::string& id, std::optional<std::uint64_t> execution);
/// The events of that answer. Throws `Refusal` if a row cannot be read or is missing, or if they are not as
/// many as the instance or the execution counts.
[[nodiscard]] std::vector<Event> history_in(const Rows& rows, const std::string& id,
                                            std::uint64_t execution, std::uint64_t event_count);

/// What a running execution has asked for and not got. Throws `Refusal` if the history makes no sense.
[[nodiscard]] model::OpenSteps open_steps_of(const InstanceRow& instance,
                                             const std::vector<Event>& history);

/// An id that the database can be asked for. Throws `instance_not_found` for one that no instance has.
void require_id(const std::string& id);

}  // namespace duroxide::postgres
