#pragma once

/// Everything the store keeps of one instance, as a value and as JSON.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <duroxide/clock.hpp>
#include <duroxide/detail/api.hpp>
#include <duroxide/errors.hpp>
#include <duroxide/events.hpp>
#include <duroxide/management_types.hpp>
#include <duroxide/result.hpp>
#include <duroxide/work_items.hpp>

namespace duroxide::DUROXIDE_ABI {

struct ExportedExecution {
  std::uint64_t execution_id = 0;
  std::string version;
  /// `failed` also if it was cancelled, as in every release: its last event tells.
  ExecutionStatus status = ExecutionStatus::running;
  Timestamp started_at;
  std::optional<Timestamp> ended_at;
  std::vector<Event> events;

  bool operator==(const ExportedExecution&) const = default;
};

/// An instance as of one moment. Activities and timers that wait are not in it: they follow from the
/// history.
struct InstanceExport {
  std::string instance_id;
  std::string orchestration_name;
  Timestamp created_at;
  Timestamp updated_at;
  std::vector<std::string> tags;
  std::optional<ParentLink> parent;
  std::vector<ExportedExecution> executions;  ///< ascending; the last is the current one
  std::optional<std::string> custom_status;
  std::uint64_t custom_status_version = 0;
  std::vector<StoredValue> values;  ///< by key
  /// On their way to it, in order; if it has failed, those that it did not take and keeps.
  std::vector<WorkItem> messages;
  std::optional<Timestamp> start_due;  ///< if its start is delayed, and so stands in `messages`

  bool operator==(const InstanceExport&) const = default;
};

/// As JSON, indented, with a format number. Nothing is lost: a text that is not UTF-8 is written as
/// `{"base64": "…"}`.
[[nodiscard]] DUROXIDE_API std::string to_json(const InstanceExport& exported);

/// Errors: `invalid_input`, with the place in the document.
[[nodiscard]] DUROXIDE_API Result<InstanceExport, ClientError> instance_from_json(
    std::string_view json);

}  // namespace duroxide::DUROXIDE_ABI
