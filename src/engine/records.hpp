#pragma once

// What the tables hold beside work items and events, and its persistent form: cereal's portable
// binary archive with a version number in front, as for the model. Nothing here trusts the bytes it
// reads: a record that cannot be read is a text that says why.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <duroxide/clock.hpp>
#include <duroxide/events.hpp>
#include <duroxide/management_types.hpp>
#include <duroxide/result.hpp>
#include <duroxide/status.hpp>
#include <duroxide/work_items.hpp>

#include "engine/work_lane.hpp"
#include "model/shared_bytes.hpp"
#include "storage/common.hpp"

namespace duroxide::storage {

/// Everything about an instance that is small, so that neither a listing nor a turn reads more.
struct InstanceRecord {
  std::string id;
  std::string orchestration;
  std::string version;  ///< empty until the current execution's first turn
  std::uint64_t execution = 1;
  ExecutionStatus status = ExecutionStatus::running;
  Timestamp created_at;
  Timestamp updated_at;
  Timestamp execution_started_at;
  std::uint64_t event_count = 0;    ///< of the current execution
  std::uint64_t start_opening = 0;  ///< the opening of the store in which its start was queued
  std::optional<ParentLink> parent;
  Number parent_number = 0;            ///< 0 if there is none, or it was not in this store
  std::optional<Timestamp> start_due;  ///< while the start itself waits in the timer queue
  std::vector<std::string> tags;       ///< given at its start
  bool cancelled = false;  ///< in formats before 3, which had no such status: it was cancelled
  /// Drawn anew with each start and restore, see `ActivityToken`; 0 if a release without it did that.
  std::uint64_t incarnation = 0;

  /// Of the orchestration and the input it was started with; 0 if that is not known, as the instance
  /// was imported or forked, or started by a release that kept none.
  std::uint64_t start_digest = 0;
  /// Asked for at its start, or else the one that its first execution began with; empty before.
  std::string start_version;
  /// When it is asked to stop, as it has taken longer than it may, see engine/deadline.hpp.
  std::optional<Timestamp> deadline;

  /// Whether its current execution has had a turn, or it has ended without one.
  [[nodiscard]] bool has_begun() const {
    return event_count > 0 || status != ExecutionStatus::running;
  }

  bool operator==(const InstanceRecord&) const = default;
};

/// An execution that has ended.
struct ExecutionRecord {
  std::string version;
  ExecutionStatus status = ExecutionStatus::completed;
  Timestamp started_at;
  Timestamp ended_at;
  std::uint64_t event_count = 0;

  bool operator==(const ExecutionRecord&) const = default;
};

/// A row of the worker queue.
struct ActivityRow {
  std::uint64_t opening = 0;     ///< in which opening of the store it was written
  std::uint8_t first_count = 0;  ///< deliveries known when it was written: 0 or 1
  work::ActivityExecute item;
};

/// What an instance last said of itself.
struct CustomStatus {
  std::optional<std::string> text;
  std::uint64_t version = 0;  ///< 0 if it never said anything

  bool operator==(const CustomStatus&) const = default;
};

[[nodiscard]] std::string encode_instance(const InstanceRecord& record);
[[nodiscard]] Result<InstanceRecord, model::Flaw> decode_instance(std::string_view bytes);
/// When an encoded instance changed last, without reading the rest; none if it makes no sense.
[[nodiscard]] std::optional<Timestamp> updated_at_of_instance(std::string_view bytes);

[[nodiscard]] std::string encode_execution(const ExecutionRecord& record);
[[nodiscard]] Result<ExecutionRecord, model::Flaw> decode_execution(std::string_view bytes);

/// Only `Completed` and `Failed` have a result.
[[nodiscard]] std::string encode_completed(std::string_view output);
/// As `encode_completed`; a long output is shared and not copied.
[[nodiscard]] model::SharedBytes encode_completed_shared(const Payload& output);
[[nodiscard]] std::string encode_failed(const ErrorDetails& details);
[[nodiscard]] Result<OrchestrationStatus, model::Flaw> decode_result(model::BytesView bytes);

[[nodiscard]] std::string encode_custom_status(const CustomStatus& status);
[[nodiscard]] Result<CustomStatus, model::Flaw> decode_custom_status(std::string_view bytes);

/// An entry of a key-value state. Its key is that of the row, so the record leaves it out.
[[nodiscard]] std::string encode_value(const StoredValue& value);
[[nodiscard]] Result<StoredValue, model::Flaw> decode_value(std::string key,
                                                            std::string_view bytes);

[[nodiscard]] std::string encode_activity_row(const ActivityRow& row);
/// As `encode_activity_row`; a long input is shared and not copied.
[[nodiscard]] model::SharedBytes encode_activity_row_shared(const ActivityRow& row);
[[nodiscard]] Result<ActivityRow, model::Flaw> decode_activity_row(model::BytesView bytes);
/// The session of an encoded row, without reading the item; 0 if it is none.
[[nodiscard]] std::uint64_t opening_of_activity_row(model::BytesView bytes);
/// The lane of an encoded row, without reading the item; the usual one if it makes no sense.
[[nodiscard]] LaneRef lane_of_activity_row(model::BytesView bytes);
/// Sets `first_count` in the encoded row.
void count_first_delivery(std::string& bytes);

/// What the last heartbeat of an activity said.
struct ProgressRecord {
  std::string details;
  Timestamp at;

  bool operator==(const ProgressRecord&) const = default;
};

/// Why an instance or an activity is left alone.
struct QuarantineRecord {
  std::string reason;
  Timestamp since;
  std::string activity_name;  ///< empty for an instance

  bool operator==(const QuarantineRecord&) const = default;
};

[[nodiscard]] std::string encode_progress(const ProgressRecord& record);
[[nodiscard]] Result<ProgressRecord, model::Flaw> decode_progress(std::string_view bytes);

[[nodiscard]] std::string encode_quarantine(const QuarantineRecord& record);
[[nodiscard]] Result<QuarantineRecord, model::Flaw> decode_quarantine(std::string_view bytes);

}  // namespace duroxide::storage
