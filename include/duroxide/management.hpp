#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <duroxide/detail/api.hpp>
#include <duroxide/errors.hpp>
#include <duroxide/events.hpp>
#include <duroxide/management_actions.hpp>
#include <duroxide/management_types.hpp>
#include <duroxide/metrics.hpp>
#include <duroxide/result.hpp>
#include <duroxide/store.hpp>
#include <duroxide/subscription.hpp>

namespace duroxide::DUROXIDE_ABI {

class AsyncManagement;
class CallOptions;
class Client;

namespace detail {
struct CallSurroundings;
}  // namespace detail

/// Sees everything that is in a store and acts on it, beside the engine and without slowing it: its
/// reads look at snapshots, on threads of their own that give way to the engine's. Get one from
/// `Client::management` or make one from a store. Safe to use from any number of threads.
///
/// Each call has a blocking form and one with a callback, under the rules of `Client`. Only blocking
/// are the listings by a fixed condition (`list_all_instances` to `find_failed_instances`),
/// `get_bulk_status`, `get_metrics`, `delete_instance`, what acts on many (`act_on_instances`,
/// `delete_instances`, `prune_instances`), `backup`, `verify` and `subscribe`. `async` gives all as pending
/// calls but `delete_instance`, `delete_instances`, `prune_instances`, `act_on_instances` and `subscribe`.
///
/// Errors of all: `storage_error`, `invalid_instance`, `management_not_available` if the store has
/// none; of those that change something and of `subscribe` also `read_only`, if the store was opened
/// for reading only.
class DUROXIDE_API ManagementClient {
 public:
  template <class T>
  using Answer = Result<T, ClientError>;
  template <class T>
  using OnAnswer = std::function<void(Answer<T>)>;
  using Done = Answer<void>;
  using OnDone = OnAnswer<void>;

  explicit ManagementClient(Store store);
  ~ManagementClient();
  ManagementClient(const ManagementClient&) = default;
  ManagementClient& operator=(const ManagementClient&) = default;
  ManagementClient(ManagementClient&&) noexcept = default;
  ManagementClient& operator=(ManagementClient&&) noexcept = default;

  /// The same calls as pending ones; it is a copy of this client. Include async_management.hpp to use it.
  [[nodiscard]] AsyncManagement async() const;
  [[nodiscard]] AsyncManagement async(const CallOptions& options) const;

  // --- instances ----------------------------------------------------------------------------------

  /// The instances that match, in the order of the filter. Errors: `invalid_filter`.
  [[nodiscard]] Answer<std::vector<InstanceSummary>> list_instances(
      const InstanceFilter& filter = {}) const;
  void list_instances(const InstanceFilter& filter,
                      OnAnswer<std::vector<InstanceSummary>> on_answer) const;

  /// One page of them; pass its `next_cursor` for the next one. `page_size` is 1 to 10,000, and the
  /// filter's own `limit` is not looked at. Errors: `invalid_filter`, also for a bad cursor.
  [[nodiscard]] Answer<InstancePage> list_page(
      const InstanceFilter& filter, std::uint32_t page_size = 100,
      const std::optional<std::string>& cursor = std::nullopt) const;
  void list_page(const InstanceFilter& filter, std::uint32_t page_size,
                 const std::optional<std::string>& cursor, OnAnswer<InstancePage> on_answer) const;

  /// How many match; the filter's limit and offset are not looked at. Errors: `invalid_filter`.
  [[nodiscard]] Answer<std::uint64_t> count_instances(const InstanceFilter& filter = {}) const;
  void count_instances(const InstanceFilter& filter, OnAnswer<std::uint64_t> on_answer) const;

  /// How many there are by status, without looking at any.
  [[nodiscard]] Answer<InstanceCounts> get_instance_counts() const;
  void get_instance_counts(OnAnswer<InstanceCounts> on_answer) const;

  /// Ids, oldest first.
  [[nodiscard]] Answer<std::vector<std::string>> list_all_instances() const;
  [[nodiscard]] Answer<std::vector<std::string>> list_running_instances() const;
  [[nodiscard]] Answer<std::vector<std::string>> list_completed_instances() const;
  /// Without those that were cancelled.
  [[nodiscard]] Answer<std::vector<std::string>> list_failed_instances() const;
  [[nodiscard]] Answer<std::vector<std::string>> list_cancelled_instances() const;
  /// Running ones that are paused by themselves, by name or with the store; see `list_paused` for
  /// what was paused.
  [[nodiscard]] Answer<std::vector<std::string>> list_paused_instances() const;
  /// By the text of the status: `Running`, `Completed`, `Failed`, `Cancelled`, `Paused`, in capitals
  /// or not. Errors: `invalid_filter` for any other.
  [[nodiscard]] Answer<std::vector<std::string>> list_instances_by_status(
      std::string_view status) const;

  [[nodiscard]] Answer<std::vector<InstanceSummary>> find_instances_by_orchestration(
      std::string_view orchestration_name) const;
  [[nodiscard]] Answer<std::vector<InstanceSummary>> find_running_instances() const;
  /// Those created at or after `since`.
  [[nodiscard]] Answer<std::vector<InstanceSummary>> find_failed_instances(
      std::optional<Timestamp> since = std::nullopt) const;

  /// Errors: `instance_not_found`.
  [[nodiscard]] Answer<InstanceInfo> get_instance_info(std::string_view instance) const;
  void get_instance_info(std::string_view instance, OnAnswer<InstanceInfo> on_answer) const;

  /// Everything: its executions, and what the current one waits for. None for an unknown instance.
  [[nodiscard]] Answer<std::optional<InstanceDetails>> get_instance_details(
      std::string_view instance) const;
  void get_instance_details(std::string_view instance,
                            OnAnswer<std::optional<InstanceDetails>> on_answer) const;

  /// The states of several instances in the order asked for; `NotFound` for unknown ones.
  using BulkStatus = std::vector<std::pair<std::string, OrchestrationStatus>>;
  [[nodiscard]] Answer<BulkStatus> get_bulk_status(const std::vector<std::string>& instances) const;

  /// The instance with its descendants: all of them, or those that come first, so that there are not more
  /// than `limit` instances, the root in any case. Errors: `instance_not_found`.
  [[nodiscard]] Answer<InstanceTree> get_instance_tree(
      std::string_view instance, std::optional<std::uint32_t> limit = std::nullopt) const;
  void get_instance_tree(std::string_view instance, OnAnswer<InstanceTree> on_answer) const;
  void get_instance_tree(std::string_view instance, std::optional<std::uint32_t> limit,
                         OnAnswer<InstanceTree> on_answer) const;

  // --- executions ---------------------------------------------------------------------------------

  /// Ids of the executions that are kept, ascending. Errors: `instance_not_found`.
  [[nodiscard]] Answer<std::vector<std::uint64_t>> list_executions(std::string_view instance) const;
  void list_executions(std::string_view instance,
                       OnAnswer<std::vector<std::uint64_t>> on_answer) const;

  /// Errors: `instance_not_found`, `execution_not_found`.
  [[nodiscard]] Answer<ExecutionInfo> get_execution_info(std::string_view instance,
                                                         std::uint64_t execution_id) const;
  void get_execution_info(std::string_view instance, std::uint64_t execution_id,
                          OnAnswer<ExecutionInfo> on_answer) const;

  /// Errors: `instance_not_found`, `execution_not_found`.
  [[nodiscard]] Answer<std::vector<Event>> read_execution_history(std::string_view instance,
                                                                  std::uint64_t execution_id) const;
  void read_execution_history(std::string_view instance, std::uint64_t execution_id,
                              OnAnswer<std::vector<Event>> on_answer) const;
  /// Of the current execution if none is named. Errors as above.
  [[nodiscard]] Answer<std::vector<Event>> get_execution_history(
      std::string_view instance, std::optional<std::uint64_t> execution_id = std::nullopt) const;
  void get_execution_history(std::string_view instance, std::optional<std::uint64_t> execution_id,
                             OnAnswer<std::vector<Event>> on_answer) const;

  // --- what does not get on -----------------------------------------------------------------------

  /// The activities that the instance waits for, with what each said in its last heartbeat. Errors:
  /// `instance_not_found`.
  [[nodiscard]] Answer<std::vector<PendingActivity>> list_pending_activities(
      std::string_view instance) const;
  void list_pending_activities(std::string_view instance,
                               OnAnswer<std::vector<PendingActivity>> on_answer) const;

  /// What the instance has been sent and its code has not seen: taken but not waited for yet, kept
  /// because it failed, waiting for its next turn, and delayed. Errors: `instance_not_found`.
  [[nodiscard]] Answer<std::vector<InstanceMessage>> list_messages(std::string_view instance) const;
  void list_messages(std::string_view instance,
                     OnAnswer<std::vector<InstanceMessage>> on_answer) const;

  /// What was started too often without finishing, and is left alone now; see `PoisonPolicy`.
  [[nodiscard]] Answer<std::vector<QuarantinedItem>> list_quarantined() const;
  void list_quarantined(OnAnswer<std::vector<QuarantinedItem>> on_answer) const;

  /// Running instances that are damaged, wait for a registration, are in quarantine, are paused, or,
  /// if the filter asks for it, have not changed for a time. Longest first, kind by kind.
  [[nodiscard]] Answer<std::vector<StuckInstance>> list_stuck(const StuckFilter& filter = {}) const;
  void list_stuck(const StuckFilter& filter, OnAnswer<std::vector<StuckInstance>> on_answer) const;

  /// What is paused, the store first.
  [[nodiscard]] Answer<std::vector<PausedItem>> list_paused() const;
  void list_paused(OnAnswer<std::vector<PausedItem>> on_answer) const;

  // --- the store ----------------------------------------------------------------------------------

  [[nodiscard]] Answer<QueueDepths> get_queue_depths() const;
  void get_queue_depths(OnAnswer<QueueDepths> on_answer) const;
  /// Another name for it.
  [[nodiscard]] Answer<QueueDepths> get_queue_status() const;

  [[nodiscard]] Answer<SystemMetrics> get_system_metrics() const;
  void get_system_metrics(OnAnswer<SystemMetrics> on_answer) const;
  /// Another name for it.
  [[nodiscard]] Answer<SystemMetrics> get_metrics() const;

  /// What an engine is watched by, as families of counters, gauges and histograms: what can be read from
  /// the store, and, unless `LmdbOptions::metrics` has turned that off, what the engine and the runtimes
  /// of its process have counted since the store was opened. Of a store that was opened for reading only
  /// the former alone. *Metrics* in the guide lists them; `prometheus_text` makes text of them.
  [[nodiscard]] Answer<std::vector<MetricFamily>> metrics() const;
  void metrics(OnAnswer<std::vector<MetricFamily>> on_answer) const;

  [[nodiscard]] Answer<SystemHealth> get_system_health() const;
  void get_system_health(OnAnswer<SystemHealth> on_answer) const;

  // --- acting on one instance ---------------------------------------------------------------------

  /// Lets an instance and its activities be tried again from a count of 0, those too that wait for a
  /// registration. Gives the number of those released. Errors: `instance_not_found`.
  [[nodiscard]] Answer<std::uint64_t> release_from_quarantine(std::string_view instance) const;
  void release_from_quarantine(std::string_view instance, OnAnswer<std::uint64_t> on_answer) const;

  /// Deletes a root, and with `cascade` everything below it; `get_instance_tree` shows beforehand
  /// what that is. A tree of up to 1,000 instances goes in one transaction, a larger one from its
  /// leaves up. A child is deleted only with its root, because its parent may wait for it. Errors:
  /// `instance_not_found`; `invalid_input` for a child, for an instance with children without
  /// `cascade`, and for one that runs without `force`.
  [[nodiscard]] Answer<DeleteInstanceResult> delete_instance(
      std::string_view instance, const DeleteOptions& options = {}) const;

  /// Drops old executions, never the current one; the key-value state stays. Many are dropped in
  /// several transactions, the oldest first, so that a failure may leave the newer ones. Errors:
  /// `instance_not_found`, `invalid_input` if neither option is set.
  [[nodiscard]] Answer<PruneResult> prune_executions(std::string_view instance,
                                                     const PruneOptions& options) const;
  void prune_executions(std::string_view instance, const PruneOptions& options,
                        OnAnswer<PruneResult> on_answer) const;

  /// Hands out no more turns of the instance, of all instances of the orchestration, or of the whole
  /// store, whose activities then are not handed out either. What is under way ends; messages are
  /// kept. Stays so, also when the store is opened again, until `resume`. An instance that is
  /// cancelled is resumed by that. Pausing what is paused, or resuming what is not, changes nothing.
  /// Errors: `instance_not_found`; `instance_finished` for a pause; `invalid_input` for a name that
  /// no orchestration can have, or one given for the whole store.
  [[nodiscard]] Done pause(const PauseScope& scope) const;
  void pause(const PauseScope& scope, OnDone on_done) const;
  [[nodiscard]] Done resume(const PauseScope& scope) const;
  void resume(const PauseScope& scope, OnDone on_done) const;

  /// Ends the instance now, as cancelled, and its attached children with it. Unlike
  /// `Client::cancel_instance` its code is not told and cleans nothing up. Errors:
  /// `instance_not_found`, `instance_finished`, `invalid_input` for a reason that is too long.
  [[nodiscard]] Done terminate_instance(std::string_view instance,
                                        std::string_view reason = "terminated") const;
  void terminate_instance(std::string_view instance, std::string_view reason, OnDone on_done) const;

  /// Takes a raised event or a queue message out before the code sees it, for instance one that it
  /// cannot decode. What the code has taken stands in the history; `RewindOptions::skip` leaves that
  /// out. Errors: `instance_not_found`; `invalid_input` if no such message waits, is kept or is delayed,
  /// if it is of another kind, or if the code is at it just now.
  [[nodiscard]] Done drop_message(std::string_view instance, std::uint64_t message_id) const;
  void drop_message(std::string_view instance, std::uint64_t message_id, OnDone on_done) const;

  /// Takes a failed or cancelled instance up again: its history is cut, what was under way at the
  /// cut is scheduled again, and what had arrived for it since then is delivered again, then what it
  /// did not take before it failed (`InstanceInfo::kept_messages`), in order; failures are not, they
  /// are tried once more. Side effects of what is cut away are not undone. Values and
  /// custom status become what they were there, with their versions of then.
  ///
  /// A child that was under way at the cut and has failed since is rewound with it; one that has
  /// completed tells its result, one that runs goes on. A child that was started behind the cut
  /// stays, and is found again if the code starts it again in the same place with the same input.
  /// The parent of a rewound child that has learnt of the failure already stays as it is, and hears
  /// no more of the child: rewind the parent instead. Errors: `instance_not_found`; `invalid_input`
  /// if it has not failed, or the event does not exist.
  [[nodiscard]] Answer<RestoredInstance> rewind_instance(std::string_view instance,
                                                         const RewindOptions& options = {}) const;
  void rewind_instance(std::string_view instance, const RewindOptions& options,
                       OnAnswer<RestoredInstance> on_answer) const;

  /// Starts a new root instance with the history of another up to an event, from where it goes its
  /// own way: what was under way there is scheduled again for it, children included. Messages that
  /// have not reached the other's code yet stay with that alone, but for those that it keeps because
  /// it has failed: a fork that has all of its history gets a copy of them. Code whose steps depend on its
  /// instance id, which is a new one, does not repeat that history and fails as nondeterministic.
  /// A child that was given an id of its own and is under way belongs to the other, and the fork is
  /// told that the id is taken. Errors: `instance_not_found`, `instance_already_exists`,
  /// `invalid_input` also for an execution that is not kept.
  [[nodiscard]] Answer<RestoredInstance> fork_instance(std::string_view instance,
                                                       std::string_view new_instance,
                                                       const ForkOptions& options = {}) const;
  void fork_instance(std::string_view instance, std::string_view new_instance,
                     const ForkOptions& options, OnAnswer<RestoredInstance> on_answer) const;

  /// The instance as JSON, with every event of every execution. Errors: `instance_not_found`.
  [[nodiscard]] Answer<std::string> export_instance(std::string_view instance) const;
  void export_instance(std::string_view instance, OnAnswer<std::string> on_answer) const;

  /// Brings an exported instance into this store, under its own id or, as nobody's child, another.
  /// One that runs goes on here: activities whose results are not in its history are scheduled, and
  /// children that are not here are started. Listings show it as created now. For another id see
  /// `fork_instance`. Errors:
  /// `instance_already_exists`; `invalid_input`, with the place, if the text is no such export.
  [[nodiscard]] Answer<RestoredInstance> import_instance(
      std::string_view json, const std::optional<std::string>& new_instance = std::nullopt) const;
  void import_instance(std::string_view json, const std::optional<std::string>& new_instance,
                       OnAnswer<RestoredInstance> on_answer) const;

  // --- acting on many -----------------------------------------------------------------------------
  // Beside a running engine: several instances in one transaction, of some thousand rows and some
  // milliseconds at most, so that others wait no longer than for a large commit. If an operation is
  // stopped, or the process ends, what was committed is done and the rest is untouched.
  //
  // What is created after it has begun is left alone. The others are listed by the filter some hundred
  // at a time, right before it is done to them, so that one that no longer fits by then is left as it
  // is. From that look to the transaction some milliseconds pass, more if the store is busy. A change
  // in that time is noticed only if the state of the instance no longer allows what is done: not, for
  // instance, that it was paused, or that the id belongs to another instance by then.

  /// Cancels, pauses, resumes, rewinds … every instance that matches, some hundred at a time, which share
  /// commits. A filter without a status means those that the action is for: what runs; what is paused by
  /// itself, for `resume`; what has failed, and was not cancelled, for `rewind`. Only those to which it
  /// is done count for the filter's `limit`, and their order is that of creation. Children go along as
  /// they do if it is done to one: attached ones are cancelled and terminated with their parent, failed
  /// ones rewound with it.
  ///
  /// What the store refuses of one instance, or cannot do because that is damaged, is told in the result,
  /// and the others are gone on with. If the store itself fails, the result tells what was done until
  /// then and what has stopped it; that is the error only if it was done to none. Whatever has stopped
  /// it, it can be done again: what was done already is left as it is then, but for what is raised or
  /// enqueued. Errors: `invalid_filter`; `invalid_input` for a reason, name or data that no instance
  /// could be given.
  [[nodiscard]] Answer<BulkResult> act_on_instances(const InstanceFilter& filter,
                                                    const BulkAction& action,
                                                    const OnProgress& on_progress = {}) const;

  /// Deletes the roots that match, with everything below them, each tree whole or not at all; only a
  /// tree of more than 1,000 instances takes several transactions, from its leaves up. Without `force` only trees that have
  /// ended; the filter's `limit` is how many trees are deleted, and those that are left as they are
  /// do not count. Errors: `invalid_filter`.
  [[nodiscard]] Answer<DeleteInstanceResult> delete_instances(
      const InstanceFilter& filter, const DeleteOptions& options = {},
      const OnProgress& on_progress = {}) const;

  /// Prunes every instance that matches, those that run too, the oldest executions first. Only those of which something is
  /// dropped count for the filter's `limit`. Errors: `invalid_filter`, `invalid_input`.
  [[nodiscard]] Answer<PruneResult> prune_instances(const InstanceFilter& filter,
                                                    const PruneOptions& options,
                                                    const OnProgress& on_progress = {}) const;

  /// Writes a consistent, compact copy of the store while it runs, as of one moment, into a directory
  /// that is empty or does not exist. The copy opens as a store that was closed in that moment: what
  /// was handed out then is handed out again, with its count of deliveries, so a runtime on the copy
  /// does once more what the original does meanwhile. If the store must grow or close, it does not
  /// wait: the copy is begun anew, and progress with it, or given up. Nothing stays behind then, nor
  /// if it was told to stop. A store in memory is first copied in memory. Errors: `invalid_input`
  /// for a directory that will not do, or when told to stop.
  [[nodiscard]] Answer<BackupResult> backup(const std::filesystem::path& directory,
                                            const OnProgress& on_progress = {}) const;

  /// Checks every record, index and cross-reference, beside a running engine if need be. What is
  /// wrong is in the report and not an error.
  [[nodiscard]] Answer<VerifyReport> verify(const OnProgress& on_progress = {}) const;

  // --- changes ------------------------------------------------------------------------------------

  /// Tells of changes from now on. `capacity` is 1 to 1,000,000; see `ChangeSubscription` for what
  /// happens beyond it. Errors: `invalid_input`.
  [[nodiscard]] Answer<ChangeSubscription> subscribe(const ChangeFilter& filter = {},
                                                     std::uint32_t capacity = 1024) const;

  // --- control ------------------------------------------------------------------------------------

  /// A client that controls `provider` and reads management as this one does. Defined in client.hpp's
  /// part of the library: include that to call it. It has no interceptors, whichever client this one was
  /// taken from: see `Client::with_interceptor`.
  [[nodiscard]] Client runtime(Store provider) const;
  /// The same for the store that this one was made from.
  [[nodiscard]] Client runtime() const;

 private:
  friend class AsyncManagement;
  friend class MetricsReporter;
  [[nodiscard]] const detail::CallSurroundings& call_surroundings() const;

  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace duroxide::DUROXIDE_ABI
