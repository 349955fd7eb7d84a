#pragma once

/// What management asks of a store, as plain values. Each request names its `Response`.
///
/// Reads look at snapshots of what is committed. Requests that change something are answered after
/// the commit that holds the change, like those of `ProviderActor`.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <duroxide/changes.hpp>
#include <duroxide/errors.hpp>
#include <duroxide/events.hpp>
#include <duroxide/instance_export.hpp>
#include <duroxide/management_actions.hpp>
#include <duroxide/management_types.hpp>
#include <duroxide/metrics.hpp>
#include <duroxide/provider_messages.hpp>

namespace duroxide::DUROXIDE_ABI::management {

using provider::Answer;

// --- reads ----------------------------------------------------------------------------------------

struct ListInstances {
  using Response = Answer<std::vector<InstanceSummary>>;
  InstanceFilter filter;
};
/// At most `page_size` rows, from `cursor` on. The filter's `offset` counts from the first page's
/// beginning, its `limit` is ignored. Errors: `invalid_input` for a cursor that is none, or belongs
/// to another order.
struct ListPage {
  using Response = Answer<InstancePage>;
  InstanceFilter filter;
  std::uint32_t page_size = 100;
  std::optional<std::string> cursor;
};
/// The filter's limit and offset are ignored.
struct CountInstances {
  using Response = Answer<std::uint64_t>;
  InstanceFilter filter;
};
struct GetInstanceCounts {
  using Response = Answer<InstanceCounts>;
};
struct GetInstanceInfo {
  using Response = Answer<InstanceInfo>;
  std::string instance;
};
/// Nothing for an unknown instance.
struct GetInstanceDetails {
  using Response = Answer<std::optional<InstanceDetails>>;
  std::string instance;
};
/// Ascending ids. Errors: `instance_not_found`.
struct ListExecutions {
  using Response = Answer<std::vector<std::uint64_t>>;
  std::string instance;
};
/// Errors: `instance_not_found`, `invalid_input` for an execution the instance never had.
struct GetExecutionInfo {
  using Response = Answer<ExecutionInfo>;
  std::string instance;
  std::uint64_t execution_id = 0;
};
/// Errors: `instance_not_found`, `invalid_input` for an execution the instance never had.
struct ReadExecutionHistory {
  using Response = Answer<std::vector<Event>>;
  std::string instance;
  std::optional<std::uint64_t> execution_id;  ///< none: the current one
};
/// Other names for them.
using ReadExecution = ReadExecutionHistory;
using GetInstanceMetadata = GetInstanceInfo;
using GetExecutionMetadata = GetExecutionInfo;

struct GetQueueDepths {
  using Response = Answer<QueueDepths>;
};
struct GetSystemMetrics {
  using Response = Answer<SystemMetrics>;
};
using GetMetrics = GetSystemMetrics;
struct GetMetricFamilies {
  using Response = Answer<std::vector<MetricFamily>>;
};
struct GetSystemHealth {
  using Response = Answer<SystemHealth>;
};
/// What has been scheduled and has not ended, by event id. Errors: `instance_not_found`.
struct ListPendingActivities {
  using Response = Answer<std::vector<PendingActivity>>;
  std::string instance;
};
/// What the instance has been sent and its code has not seen, in order, place by place. Errors:
/// `instance_not_found`.
struct ListMessages {
  using Response = Answer<std::vector<InstanceMessage>>;
  std::string instance;
};
/// Everything in quarantine, oldest first.
struct ListQuarantined {
  using Response = Answer<std::vector<QuarantinedItem>>;
};
struct ListStuck {
  using Response = Answer<std::vector<StuckInstance>>;
  StuckFilter filter;
};
struct ListPaused {
  using Response = Answer<std::vector<PausedItem>>;
};
/// Errors: `instance_not_found`.
struct GetInstanceTree {
  using Response = Answer<InstanceTree>;
  std::string instance;
  /// At most so many instances of it, and the root in any case; all of them if it is not set.
  std::optional<std::uint32_t> limit = std::nullopt;
};
/// Errors: `instance_not_found`.
struct ExportInstance {
  using Response = Answer<InstanceExport>;
  std::string instance;
};
/// Checks every record, index and cross-reference.
struct VerifyStore {
  using Response = Answer<VerifyReport>;
  OnProgress on_progress;
};
/// Writes a consistent copy into a directory that does not exist yet or is empty. Told to stop, it
/// removes what it has written and answers with `invalid_input`.
struct BackupStore {
  using Response = Answer<BackupResult>;
  std::filesystem::path directory;
  OnProgress on_progress;
};

// --- changes --------------------------------------------------------------------------------------

/// Deletes these, all or none, in one transaction. A child may go without its parent, which may then
/// wait for it in vain: `ManagementClient` refuses that, the store does not. Errors:
/// `instance_not_found`; `invalid_input` if one still runs and `force` is not set, or has a child
/// that is not among them.
struct DeleteInstances {
  using Response = Answer<DeleteInstanceResult>;
  std::vector<std::string> instances;
  bool force = false;
};
/// Drops old executions of an instance, the oldest first, in as many transactions as it takes; an
/// error may come after some of them. What is damaged is left, with a warning in the log. Errors:
/// `instance_not_found`.
struct PruneExecutions {
  using Response = Answer<PruneResult>;
  std::string instance;
  PruneOptions options;
};
/// What one `DeleteTrees` has done.
struct DeletedTrees {
  DeleteInstanceResult deleted;
  std::uint64_t roots_seen = 0;     ///< the first so many are dealt with, or left as they are
  std::uint64_t roots_deleted = 0;  ///< of these
  /// The first of those that were not seen has a tree too large for a transaction with others.
  bool next_is_large = false;
};
/// Deletes each of these that may be deleted, with everything below it: each tree whole or not at
/// all, several in one transaction. Left as they are: what is not there; what has a parent, which may
/// wait for it; without `force` what has not ended with all of its tree; and, with a warning in the
/// log, what is damaged. The store decides how many it takes, one at least, so that it is not held up;
/// whoever asks goes on with those that were not seen.
struct DeleteTrees {
  using Response = Answer<DeletedTrees>;
  std::vector<std::string> roots;
  bool force = false;
  std::optional<std::uint64_t> limit;  ///< how many are deleted at most
};
/// What one `PruneInstances` has done.
struct PrunedInstances {
  PruneResult pruned;
  std::uint64_t instances_seen = 0;    ///< the first so many are dealt with
  std::uint64_t instances_pruned = 0;  ///< those of them of which something was dropped
};
/// Drops old executions of each of these, the oldest first, of several in one transaction. What is
/// not there is passed over, and, with a warning in the log, what is damaged. The store decides how
/// many it takes, as for `DeleteTrees`; one that has more to drop does not count as seen. Errors:
/// `invalid_input` for options that say nothing.
struct PruneInstances {
  using Response = Answer<PrunedInstances>;
  std::vector<std::string> instances;
  PruneOptions options;
  std::optional<std::uint64_t> limit;  ///< how many are pruned at most
};
/// A paused instance is handed no turn: messages to it are kept, activities that it has scheduled
/// run to their end, and their results wait. With the scope `store` no activity is handed out
/// either. A pause of an instance ends with it, or when it is cancelled. Kept in the store. Errors:
/// `instance_not_found`, `instance_finished` for a pause.
struct Pause {
  using Response = Answer<void>;
  PauseScope scope;
  bool pause = true;  ///< false: resume
};
/// Ends an instance as cancelled without running its code any more; its attached children are
/// terminated with it, its activities told. Errors: `instance_not_found`, `instance_finished`.
struct TerminateInstance {
  using Response = Answer<void>;
  std::string instance;
  std::string reason;
};
/// Takes a raised event or a queue message out before the code sees it. Errors: `instance_not_found`;
/// `invalid_input` if there is no such message, if it is of another kind, or if the code has it now.
struct DropMessage {
  using Response = Answer<void>;
  std::string instance;
  std::uint64_t message_id = 0;
};
/// Errors: `instance_not_found`; `invalid_input` if it has not failed, or there is no such event.
struct RewindInstance {
  using Response = Answer<RestoredInstance>;
  std::string instance;
  RewindOptions options;
};
/// Errors: `instance_not_found`, `instance_already_exists`, `invalid_input`.
struct ForkInstance {
  using Response = Answer<RestoredInstance>;
  std::string instance;
  std::string new_instance;
  ForkOptions options;
};
/// Errors: `instance_already_exists`, `invalid_input` if it contradicts itself.
struct ImportInstance {
  using Response = Answer<RestoredInstance>;
  InstanceExport exported;
};

/// Begins to gather changes for the sender, at most `capacity`: beyond that the oldest are dropped
/// and counted. It ends with the sender.
struct SubscribeChanges {
  using Response = Answer<void>;
  std::uint64_t subscription_id = 0;  ///< the sender's own
  ChangeFilter filter;
  std::uint32_t capacity = 1024;
};
/// Answered as soon as there is a change, or with nothing when the subscription ends. Errors:
/// `invalid_input` for an unknown subscription.
struct AwaitChanges {
  using Response = Answer<ChangeBatch>;
  std::uint64_t subscription_id = 0;
};
struct UnsubscribeChanges {
  using Response = Answer<void>;
  std::uint64_t subscription_id = 0;
};

/// What a request gets from a store that does not offer it.
[[nodiscard]] inline ProviderError not_available() {
  return {ProviderError::Kind::not_available, "management",
          "management features not available: the store does not offer this one", false};
}

}  // namespace duroxide::DUROXIDE_ABI::management
