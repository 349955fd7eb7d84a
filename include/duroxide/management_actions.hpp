#pragma once

/// What operators can do to instances, and what comes of it.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <duroxide/clock.hpp>
#include <duroxide/detail/api.hpp>
#include <duroxide/errors.hpp>

namespace duroxide::DUROXIDE_ABI {

/// How to delete an instance.
struct DeleteOptions {
  /// Delete what still runs, too. Its activities that are under way are told that they are
  /// cancelled, and their results are refused.
  bool force = false;
  /// Delete its children with it. Without this an instance that has children is not deleted.
  bool cascade = false;
};

/// What was deleted.
struct DeleteInstanceResult {
  std::uint64_t instances_deleted = 0;
  std::uint64_t executions_deleted = 0;
  std::uint64_t events_deleted = 0;
  std::uint64_t queue_messages_deleted = 0;  ///< messages, activities and timers that waited

  bool operator==(const DeleteInstanceResult&) const = default;
};

/// Which executions to drop: those that meet both, and never the current one.
struct PruneOptions {
  std::optional<std::uint32_t> keep_last;     ///< keep so many of the newest, the current included
  std::optional<Timestamp> completed_before;  ///< drop only those that ended before
};

struct PruneResult {
  std::uint64_t instances_processed = 0;
  std::uint64_t executions_deleted = 0;
  std::uint64_t events_deleted = 0;

  bool operator==(const PruneResult&) const = default;
};

/// How far a long operation is.
struct Progress {
  std::uint64_t done = 0;
  std::uint64_t total = 0;  ///< as far as is known; may grow, and is 0 if nobody knows
};

/// Called now and then on the thread that does the work. It returns whether to go on: false stops the
/// operation, which leaves behind what is whole.
///
/// For `verify` and `backup` that is a thread of the store, which may hold a snapshot meanwhile. So it
/// must return soon and not wait for the store: no blocking call of a client of the same store, and
/// nothing that makes the store grow, which waits for the snapshot. If it throws, the operation ends
/// with `invalid_input`. For what acts on many instances it is the caller's thread, between two
/// transactions, and the caller gets what it throws.
using OnProgress = std::function<bool(const Progress&)>;

/// What is paused: one instance, all instances of an orchestration, or everything in the store.
struct DUROXIDE_API PauseScope {
  enum class Kind : std::uint8_t { instance, orchestration, store };

  Kind kind = Kind::store;
  std::string name;  ///< of the instance or the orchestration; empty for the store

  [[nodiscard]] static PauseScope of_instance(std::string instance) {
    return {Kind::instance, std::move(instance)};
  }
  [[nodiscard]] static PauseScope of_orchestration(std::string name) {
    return {Kind::orchestration, std::move(name)};
  }
  [[nodiscard]] static PauseScope of_store() { return {}; }

  bool operator==(const PauseScope&) const = default;
};

/// `instance`, `orchestration`, `store`.
[[nodiscard]] DUROXIDE_API std::string_view to_string(PauseScope::Kind kind);

/// Something that is paused.
struct PausedItem {
  PauseScope scope;
  Timestamp since;
};

/// Where a failed instance is taken up again.
struct RewindOptions {
  /// The last event of its history to keep. Default: all before the failure that ended it, which is
  /// the request if it was cancelled, else the side effect whose error it is, else the last failed
  /// activity or child if there is one, and else the end itself, as also if the engine has found the
  /// code at fault, or if the code could not decode something. What the end itself has closed is never
  /// kept. A failed side effect that the code caught keeps its error, unless it is cut away.
  std::optional<std::uint64_t> event_id;
  /// Arrivals that are not delivered again: ids of `ExternalEvent` and `QueueEventDelivered` events.
  /// The history is cut before the first of them, if it would not be cut earlier anyway, so activities
  /// that were scheduled behind it run again.
  std::vector<std::uint64_t> skip = {};
  /// The version in which it goes on, of the execution it is in: with the code that mends what has failed,
  /// say. That has to do what the history says up to where it is cut. Default: the one it began with.
  std::optional<std::string> version = std::nullopt;
};

/// What is done to each of many instances; see `ManagementClient::act_on_instances`. Make one by the
/// function of its name.
struct DUROXIDE_API BulkAction {
  enum class Kind : std::uint8_t { cancel, pause, resume, raise, enqueue, terminate, rewind };

  Kind kind = Kind::cancel;
  std::string name;  ///< `raise`: of the event; `enqueue`: of the queue
  std::string text;  ///< `cancel`, `terminate`: the reason; `raise`, `enqueue`: the data
  std::optional<std::string> key = std::nullopt;  ///< `raise`, `enqueue`: as `RaiseOptions::key`

  /// As `Client::cancel_instance`.
  [[nodiscard]] static BulkAction cancel(std::string reason = {}) {
    return {Kind::cancel, {}, std::move(reason)};
  }
  /// As `ManagementClient::pause` and `resume`, of each instance by itself.
  [[nodiscard]] static BulkAction pause() { return {Kind::pause, {}, {}}; }
  [[nodiscard]] static BulkAction resume() { return {Kind::resume, {}, {}}; }
  /// As `Client::raise_event` and `Client::enqueue_event` with a text, which is sent as it is. Done
  /// again, they send again: these two alone are not the same if they are done twice, unless what they
  /// send has a key.
  [[nodiscard]] static BulkAction raise(std::string event, std::string data = {},
                                        std::optional<std::string> key = std::nullopt) {
    return {Kind::raise, std::move(event), std::move(data), std::move(key)};
  }
  [[nodiscard]] static BulkAction enqueue(std::string queue, std::string message = {},
                                          std::optional<std::string> key = std::nullopt) {
    return {Kind::enqueue, std::move(queue), std::move(message), std::move(key)};
  }
  /// As `ManagementClient::terminate_instance`.
  [[nodiscard]] static BulkAction terminate(std::string reason = "terminated") {
    return {Kind::terminate, {}, std::move(reason)};
  }
  /// As `ManagementClient::rewind_instance` to where that goes by default.
  [[nodiscard]] static BulkAction rewind() { return {Kind::rewind, {}, {}}; }
};

/// `cancel`, `pause`, …
[[nodiscard]] DUROXIDE_API std::string_view to_string(BulkAction::Kind kind);

/// An instance to which something could not be done.
struct RefusedInstance {
  std::string instance_id;
  std::string why;
};

/// What doing something to many instances came to.
struct BulkResult {
  std::uint64_t done = 0;  ///< instances to which it was done
  /// Those that were left as they are, because they were so already, or changed after they had been
  /// listed: what was to be cancelled has ended by itself, what was to be rewound went with its parent.
  std::uint64_t unchanged = 0;
  std::uint64_t refused = 0;                   ///< by the store, or because they are damaged
  std::vector<RefusedInstance> refusals = {};  ///< the first 1,000 of them
  /// Set if the store failed, so that it was not done to the rest.
  std::optional<ClientError> stopped_by = std::nullopt;
};

/// From where an instance is copied.
struct ForkOptions {
  std::optional<std::uint64_t> execution_id;  ///< default: the current one
  std::optional<std::uint64_t> event_id;      ///< the last event to keep; default: all but the end
  /// The version in which the copy goes on, as in `RewindOptions`.
  std::optional<std::string> version = std::nullopt;
};

/// What a rewind or a fork has done.
struct RestoredInstance {
  std::string instance_id;
  std::uint64_t events_kept = 0;
  std::uint64_t events_dropped = 0;
  std::uint64_t activities_scheduled = 0;  ///< those that run again, or for the first time
};

/// Something wrong in a store.
struct StoreProblem {
  std::string table;
  std::string key;          ///< in hexadecimal digits
  std::string instance_id;  ///< empty if it is not known, or it concerns none
  std::string what;
};

/// What an integrity check has found.
struct VerifyReport {
  std::uint64_t instances_checked = 0;
  std::uint64_t records_checked = 0;
  std::vector<StoreProblem> problems;  ///< the first 1,000
  std::uint64_t problem_count = 0;
  /// False if it was told to stop, or if the file itself is damaged: then no table was looked at.
  bool complete = true;

  [[nodiscard]] bool is_clean() const { return problem_count == 0 && complete; }
};

/// What a backup has written.
struct BackupResult {
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;  ///< size of the new file
};

}  // namespace duroxide::DUROXIDE_ABI
