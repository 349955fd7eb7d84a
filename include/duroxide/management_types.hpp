#pragma once

/// What management shows: plain values, which a caller may keep.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <duroxide/clock.hpp>
#include <duroxide/detail/api.hpp>
#include <duroxide/status.hpp>
#include <duroxide/status_filter.hpp>

namespace duroxide::DUROXIDE_ABI {

/// The order of a listing.
enum class InstanceOrder : std::uint8_t {
  created,  ///< by creation; two of the same millisecond in the order in which they were made
  updated,  ///< by the last change
  id,       ///< by the bytes of the id
};

/// Which instances; what is not set does not restrict, and everything set must hold. Every field up
/// to `offset` is indexed: a page costs its own length (in PostgreSQL also what `offset` skips). So are
/// the tags; only `version`, `roots_only` and `search` are looked at row by row.
struct InstanceFilter {
  std::optional<StatusFilters> status;  ///< any of these
  std::optional<std::string> orchestration_name;
  std::optional<Timestamp> created_after;   ///< created at or after
  std::optional<Timestamp> created_before;  ///< created before
  std::optional<std::string> parent_instance;
  std::optional<std::uint32_t> limit;       ///< at most so many
  std::optional<std::uint32_t> offset;      ///< skip so many first
  std::optional<std::string> id_prefix;     ///< quickest in the order of the ids
  std::vector<std::string> tags;            ///< given at start; all of them
  std::optional<Timestamp> updated_before;  ///< last changed, or ended, before
  std::optional<std::string> version;       ///< of the current execution
  bool roots_only = false;                  ///< no children
  bool with_output =
      false;  ///< rows of what has completed carry the output, which is read for each
  InstanceOrder order = InstanceOrder::created;
  bool descending = false;  ///< newest, or last, first
  /// Instances whose id, custom status or error holds this text; the letters A to Z are the same as a
  /// to z. 1 to 1,000 bytes. No index helps: of each instance that all else allows, the record, the
  /// custom status and, if it has failed or was cancelled, the error are read. So `list_page` looks at
  /// 10,000 of them at most, and its page may be short or empty although there are more;
  /// `list_instances` and `count_instances` look at all of them, as does what acts on many.
  std::optional<std::string> search = std::nullopt;
};

/// One row of a listing.
struct InstanceSummary {
  std::string instance_id;
  std::string orchestration_name;
  std::string version;  ///< empty until the first turn has chosen it
  /// With the text of a failure or the reason of a cancellation. The output is in it only if the
  /// filter says `with_output`, and the custom status never is: see `get_instance_info`.
  OrchestrationStatus status = OrchestrationStatus::Running{};
  Timestamp created_at;
  Timestamp updated_at;
  std::uint64_t execution_count = 0;
  std::optional<std::string> parent_instance;
  std::optional<std::uint64_t> parent_id;
  std::vector<std::string> tags;  ///< as given at start
  bool cancelled = false;         ///< `status.is_cancelled()`
};

/// A part of a listing.
struct InstancePage {
  std::vector<InstanceSummary> instances;
  /// Where the next page begins; none if this was the last. Good for the same filter, at any later
  /// time: what is created, changed or deleted meanwhile makes no row appear twice or vanish that
  /// stays where it was. With `InstanceFilter::search` a page may have one although it is not full.
  std::optional<std::string> next_cursor;
};

/// How many instances there are.
struct InstanceCounts {
  std::uint64_t total = 0;
  std::uint64_t running = 0;
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;  ///< without those that were cancelled
  std::uint64_t cancelled = 0;
  std::uint64_t paused = 0;  ///< of the running ones: by themselves, by name, or with the store

  bool operator==(const InstanceCounts&) const = default;
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
  std::vector<std::string> tags;  ///< as given at start
  /// Messages that it did not take before it failed, and keeps: a rewind delivers them.
  std::uint64_t kept_messages = 0;
};

/// One execution with its outcome.
struct ExecutionInfo {
  std::uint64_t execution_id = 0;
  ExecutionStatus status = ExecutionStatus::running;
  /// Completed: the output; failed: the message; continued as new: the next input.
  std::optional<std::string> output;
  std::string version;
  Timestamp started_at;
  std::optional<Timestamp> completed_at;
  std::uint64_t event_count = 0;
};

/// One row of an instance's executions.
struct ExecutionSummary {
  std::uint64_t execution_id = 0;
  ExecutionStatus status = ExecutionStatus::running;
  Timestamp started_at;
  std::optional<Timestamp> completed_at;
  std::uint64_t event_count = 0;
  std::optional<std::uint64_t> duration_ms;  ///< once it has ended
};

/// An activity that was scheduled and has not ended.
struct PendingActivity {
  std::uint64_t correlation_id = 0;  ///< event id of its schedule
  std::string name;
  std::string input;
  Timestamp scheduled_at;
  std::uint64_t execution_id = 0;
  std::optional<std::string> tag;
  std::optional<std::string> session;
  std::uint32_t attempts = 0;           ///< deliveries counted so far, as far as the disk knows
  std::optional<std::string> progress;  ///< what its last heartbeat said
  std::optional<Timestamp> progress_at;
  /// Set while it cannot go on by itself, e.g. `waiting for registration of …`.
  std::optional<std::string> waiting_for;
  std::string token;  ///< its `ActivityToken` as text, for `Client::complete_activity`
};

/// A timer that was created and has neither fired nor been cancelled.
struct PendingTimer {
  std::uint64_t correlation_id = 0;
  std::uint64_t delay_ms = 0;
  Timestamp scheduled_at;
  Timestamp fire_at;
};

/// A wait for an external event, or for a message of a queue.
struct PendingEvent {
  std::uint64_t correlation_id = 0;
  std::string name;
  Timestamp subscribed_at;
  bool is_queue = false;  ///< it waits for a queue, not for one event
};

/// A child that was started and has not ended, or another instance whose end is awaited.
struct PendingChild {
  std::uint64_t correlation_id = 0;
  std::string name;  ///< of the orchestration
  std::string instance;
  Timestamp scheduled_at;
};

/// Where a message to an instance is.
enum class MessagePlace : std::uint8_t {
  waiting,  ///< for the instance's next turn
  delayed,  ///< until its time has come
  kept,     ///< by an instance that failed before it took it; a rewind delivers it
  unread,   ///< taken, but the code has not waited for it yet
};

/// `waiting`, `delayed`, `kept`, `unread`.
[[nodiscard]] DUROXIDE_API std::string_view to_string(MessagePlace place);

/// A message that was sent to an instance and that its code has not seen.
struct InstanceMessage {
  std::uint64_t message_id = 0;  ///< for `ManagementClient::drop_message`; 0 for one that is unread
  MessagePlace place = MessagePlace::waiting;
  std::string kind;            ///< `ExternalRaised`, `QueueMessage`, `ActivityCompleted`, …
  std::string name;            ///< of the event or the queue
  std::uint64_t event_id = 0;  ///< of the step that it answers; 0 if it is no answer
  std::string data;
};

/// What a running execution waits for.
struct ExecutionDetails {
  std::uint64_t execution_id = 0;
  ExecutionStatus status = ExecutionStatus::running;
  std::vector<PendingActivity> pending_activities;
  std::vector<PendingTimer> pending_timers;
  std::vector<PendingEvent> pending_events;
  std::vector<PendingChild> pending_children;
  Timestamp last_event_at;
};

struct InstanceDetails {
  InstanceSummary summary;
  std::vector<ExecutionSummary> executions;           ///< ascending
  std::optional<ExecutionDetails> current_execution;  ///< while it runs, and can be read
  /// Why the history of the current execution cannot be read, if it cannot.
  std::optional<std::string> damage;
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

/// Why an instance does not get on.
enum class StuckKind : std::uint8_t {
  waiting,      ///< for a registration; tried again from time to time
  quarantined,  ///< started too often without finishing
  paused,       ///< by an operator
  no_progress,  ///< running, and unchanged for the time asked for
  /// Parts of it cannot be read. The engine has set it aside and goes on with the others; terminate
  /// it, or delete it and import an export of it. Known while the engine that met it runs.
  damaged,
  /// Its code has run for a second or more without awaiting anything. Others go on meanwhile; the code
  /// itself cannot be ended from outside.
  overdue,
};

/// `waiting`, `quarantined`, `paused`, `no_progress`, `damaged`, `overdue`.
[[nodiscard]] DUROXIDE_API std::string_view to_string(StuckKind kind);

/// A running instance that does not get on.
struct StuckInstance {
  std::string instance_id;
  std::string orchestration_name;
  StuckKind kind = StuckKind::no_progress;
  std::string waiting_for;  ///< what it waits for, for people
  Timestamp since;
};

/// Which of them; see `ManagementClient::list_stuck`.
struct StuckFilter {
  std::optional<Duration> no_progress_for;  ///< also those unchanged for so long
  std::uint32_t limit = 1000;               ///< at most so many of each kind
};

/// What lies in the queues now. Leased items count; they are not done.
struct QueueDepths {
  std::uint64_t orchestrator_queue = 0;
  std::uint64_t worker_queue = 0;
  std::uint64_t timer_queue = 0;  ///< timers and delayed starts

  bool operator==(const QueueDepths&) const = default;
};

/// Counts over the whole store.
struct SystemMetrics {
  std::uint64_t total_instances = 0;
  std::uint64_t total_executions = 0;
  std::uint64_t running_instances = 0;
  std::uint64_t completed_instances = 0;
  std::uint64_t failed_instances = 0;  ///< without those that were cancelled
  std::uint64_t total_events = 0;
  std::uint64_t cancelled_instances = 0;
  std::uint64_t paused_instances = 0;  ///< of the running ones
  QueueDepths queues;
  std::uint64_t quarantined = 0;  ///< instances and activities
  // Of the sizes in bytes, all are 0 for a store in memory.
  std::uint64_t store_bytes = 0;  ///< pages that hold something
  /// Pages that hold nothing any more. What is written next goes there, once no snapshot needs them;
  /// the file does not become smaller, but for a backup, which leaves them out.
  std::uint64_t store_reusable_bytes = 0;
  std::uint64_t store_file_bytes = 0;  ///< length of its files on the disk
  /// How long the oldest snapshot that is being read has been held. An old one keeps the store from
  /// using space again.
  Milliseconds oldest_reader_age{0};
  std::uint64_t readers = 0;  ///< snapshots held now, by this process
  /// Pages of the store's file that were found damaged since it was opened; the log names them.
  std::uint64_t damaged_pages = 0;
  /// Turns whose code has run for a second or more without awaiting anything, since the store was
  /// opened.
  std::uint64_t overdue_turns = 0;
};

/// How the store as a whole does.
struct SystemHealth {
  std::uint64_t total_instances = 0;
  std::uint64_t running_instances = 0;
  std::uint64_t completed_instances = 0;
  std::uint64_t failed_instances = 0;        ///< without those that were cancelled
  std::uint64_t long_running_instances = 0;  ///< running, created more than 24 hours ago
  std::uint64_t recent_failures = 0;         ///< failed within the last hour
  /// 0 to 100: the share of those that completed among all that completed or failed, in whole
  /// percent; 100 if there are none. What runs, and what somebody wished to
  /// cancel, neither raises nor lowers it.
  std::uint32_t health_score = 0;
  std::uint64_t cancelled_instances = 0;
  std::uint64_t paused_instances = 0;  ///< of the running ones
  /// How the score came about, in a sentence.
  std::string health_explanation;
};

/// An instance with everything below it.
struct DUROXIDE_API InstanceTree {
  std::string root_id;
  /// Depth first, the root first, children in order of creation.
  std::vector<InstanceSummary> instances;

  [[nodiscard]] std::vector<std::string> all_ids() const;
  [[nodiscard]] bool is_root_only() const { return instances.size() <= 1; }
  [[nodiscard]] std::size_t size() const { return instances.size(); }
};

}  // namespace duroxide::DUROXIDE_ABI
