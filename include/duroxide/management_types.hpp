#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <duroxide/clock.hpp>
#include <duroxide/status.hpp>

namespace duroxide {

/// The state of an execution as it is indexed. An instance has the status of its current execution,
/// and is never `continued_as_new` itself.
enum class ExecutionStatus : std::uint8_t { running, completed, failed, continued_as_new };

/// `Running`, `Completed`, `Failed`, `ContinuedAsNew`.
[[nodiscard]] std::string_view to_string(ExecutionStatus status);

/// Which instances to list; what is not set does not restrict.
struct InstanceFilter {
  std::optional<std::vector<ExecutionStatus>> status;
  std::optional<std::string> orchestration_name;
  std::optional<Timestamp> created_after;   ///< created at or after
  std::optional<Timestamp> created_before;  ///< created before
  std::optional<std::string> parent_instance;
  std::optional<std::uint32_t> limit;   ///< at most so many
  std::optional<std::uint32_t> offset;  ///< skip so many first
};

/// One row of a listing.
struct InstanceSummary {
  std::string instance_id;
  std::string orchestration_name;
  std::string version;  ///< empty until the first turn has chosen it
  ExecutionStatus status = ExecutionStatus::running;
  Timestamp created_at;
  Timestamp updated_at;
  std::uint64_t execution_count = 0;
  std::optional<std::string> parent_instance;
  std::optional<std::uint64_t> parent_id;
};

/// Everything about one instance that needs no history.
struct InstanceInfo {
  std::string instance_id;
  std::string orchestration_name;
  std::string orchestration_version;
  std::uint64_t current_execution_id = 0;
  OrchestrationStatus status;
  Timestamp created_at;
  Timestamp updated_at;
  std::optional<std::string> parent_instance_id;
  std::uint64_t event_count = 0;  ///< of the current execution
  /// Set while the instance cannot go on by itself, e.g. `waiting for registration of …`.
  std::optional<std::string> waiting_for;
};

/// An activity that was scheduled and has not ended.
struct PendingActivity {
  std::uint64_t execution_id = 0;
  std::uint64_t event_id = 0;
  std::string name;
  std::optional<std::string> tag;
  std::optional<std::string> session;
  std::uint32_t attempts = 0;           ///< deliveries counted so far, as far as the disk knows
  std::optional<std::string> progress;  ///< what its last heartbeat said
  std::optional<Timestamp> progress_at;
  /// Set while it cannot go on by itself, e.g. `waiting for registration of …`.
  std::optional<std::string> waiting_for;
};

/// An instance, or one activity of it, that was started too often without ever finishing. It is left
/// alone until somebody releases it, or cancels the instance.
struct QuarantinedItem {
  std::string instance_id;
  std::uint64_t execution_id = 0;  ///< activities; 0 for an instance
  std::uint64_t event_id = 0;      ///< activities
  std::string activity_name;       ///< activities
  std::string reason;
  Timestamp since;
};

/// What lies in the queues now. Leased items count; they are not done.
struct QueueDepths {
  std::uint64_t orchestrator_queue = 0;
  std::uint64_t worker_queue = 0;
  std::uint64_t timer_queue = 0;  ///< timers and delayed starts

  bool operator==(const QueueDepths&) const = default;
};

}  // namespace duroxide
