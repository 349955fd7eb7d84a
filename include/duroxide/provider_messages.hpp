#pragma once

/// What a store is asked and what it answers: the requests of `ProviderActor`, as plain values. Those
/// who write or ask a store include provider.hpp, which tells what a store must hold to.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <duroxide/detail/api.hpp>
#include <duroxide/errors.hpp>
#include <duroxide/events.hpp>
#include <duroxide/management_actions.hpp>
#include <duroxide/result.hpp>
#include <duroxide/status.hpp>
#include <duroxide/tags.hpp>
#include <duroxide/work_items.hpp>

namespace duroxide::DUROXIDE_ABI::provider {

template <class T>
using Answer = Result<T, ProviderError>;

using LockToken = std::uint64_t;

// --- orchestrator queue ---------------------------------------------------------------------------

/// Asks for instances with messages. The sender becomes the holder of their leases.
struct FetchOrchestrationItem {
  std::uint64_t max_items = 1;
};

/// What somebody asks of the code of an instance that leaves no trace.
struct Question {
  std::string id;  ///< of this asking, for its answer
  std::string name;
  Payload input;
};

/// One instance with everything a turn needs.
struct OrchestrationItem {
  std::string instance;
  std::string orchestration_name;  ///< of the instance, or of the start message
  std::string version;             ///< pinned by the current execution; empty before its first turn
  std::uint64_t execution_id = 1;
  /// The current execution's events. Left out (and `history_included` false) if the last ack of the
  /// same holder said `stays_resident`, and no `ReleaseInstance` came since.
  std::vector<Event> history;
  bool history_included = true;
  std::uint64_t history_size = 0;  ///< number of events of the current execution, in any case
  /// In order of acceptance. Empty only if there are questions; such a turn decides nothing, and its ack
  /// without events writes nothing.
  std::vector<WorkItem> messages;
  LockToken lock_token = 0;
  std::uint32_t attempt_count = 1;  ///< this delivery included
  /// The instance is in quarantine and only handed out because somebody cancels it: end it without
  /// running its code.
  bool quarantined = false;
  /// The history comes from before the store was opened, and is handed out for the first time since.
  /// For the log only.
  bool recovered = false;
  /// To be answered behind the messages, if the execution still runs then. Those that a turn leaves are
  /// handed out with the next.
  std::vector<Question> questions = {};
};

/// What the current execution has become; kept beside the history so that nobody must read that.
struct ExecutionMetadata {
  std::string orchestration_name;
  std::string orchestration_version;
  ExecutionStatus status = ExecutionStatus::running;
  Payload output;                       ///< completed: the output; continued as new: the next input
  std::optional<ErrorDetails> failure;  ///< failed or cancelled
};

/// Names a timer in the timer queue.
struct TimerKey {
  std::uint64_t id = 0;
  Timestamp fire_at;
};

/// A change of an instance's key-value state.
struct ValueChange {
  std::string key;
  std::optional<StoredValue> value;  ///< none: cleared
};

struct CustomStatusChange {
  std::optional<std::string> status;
  std::uint64_t version = 0;
};

/// What came of an update or a question.
struct UpdateAnswer {
  std::string id;  ///< of the update or the question
  Payload output;
  std::optional<ErrorDetails> error = std::nullopt;  ///< instead of the output
  bool refused = false;  ///< by the validator: the handler was not called
};

/// Ends a turn: everything below in one transaction, or nothing.
struct AckOrchestrationItem {
  LockToken lock_token = 0;
  std::uint64_t execution_id = 1;
  std::vector<Event> events;  ///< appended to that execution's history
  std::vector<work::ActivityExecute> worker_items;
  std::vector<work::TimerFired> timers;
  /// To other instances, or a `ContinueAsNew` to this one. A start of an id that is taken is
  /// answered to the parent it names with `SubOrchFailed`; a message for nobody is dropped.
  std::vector<WorkItem> orchestrator_items;
  std::vector<std::uint64_t>
      cancelled_activities;  ///< removed from the worker queue, leased or not
  std::vector<TimerKey> cancelled_timers;
  std::vector<ValueChange> values;  ///< at most one for each key
  std::optional<CustomStatusChange> custom_status;
  ExecutionMetadata metadata;
  /// The messages of the item, by their place in it from 0 on, that the turn has not looked at because
  /// the execution ended before. If it has failed, they are kept for a rewind or a fork, with those
  /// that have arrived since the item was handed out; else they are dropped.
  std::vector<std::uint64_t> untaken;
  bool stays_resident = false;  ///< the holder keeps the instance: send no history next time
  /// With a `ContinueAsNew`: earlier executions that are dropped with it, some at a time if there are
  /// many. What cannot be read stays.
  std::optional<PruneOptions> prune = std::nullopt;
  /// For whoever waits for these updates and questions of the instance, once all of this is committed.
  /// Nothing of it is kept: what has to be stands among the events.
  std::vector<UpdateAnswer> updates = {};
};

/// Gives an item back. The instance is handed out again after `delay`.
struct AbandonOrchestrationItem {
  LockToken lock_token = 0;
  Milliseconds delay{0};
  bool ignore_attempt = false;             ///< this delivery does not count towards poison
  std::optional<std::string> waiting_for;  ///< shown by management until the next delivery
  /// Put the instance into quarantine for this reason: it is not handed out until
  /// `ReleaseFromQuarantine`, except to be cancelled. Kept in the store.
  std::optional<std::string> quarantine = std::nullopt;
  /// The sender has no code for it, and another may: the store hands this and all that needs the same
  /// orchestration in the same version to those who have not given it back so, at once. Only if all who
  /// fetch have, `delay` and `waiting_for` hold, until somebody begins to fetch, or
  /// `ReleaseFromQuarantine`. A store need not heed it.
  bool unregistered = false;
};

/// The sender no longer holds this instance in memory: its next item needs the history.
struct ReleaseInstance {
  std::string instance;
};

/// Gives back every lease of the sender, of all queues, and answers its parked fetches with nothing.
struct ReleaseHolder {};

/// Appends to the orchestrator queue, or starts an instance. With `delay`, the item becomes visible
/// only then (a start is listed as running at once). Errors: `instance_not_found`,
/// `instance_finished`, `instance_already_exists`.
struct EnqueueOrchestratorWork {
  WorkItem item;
  std::optional<Milliseconds> delay;
  /// A start of an id that exists succeeds without doing anything. `StartOrFind` tells which it was.
  bool use_existing = false;
  /// Of an event (`work::ExternalRaised`) and of a message for a queue (`work::QueueMessage`) alone: one
  /// that its instance was sent under the same key before is not sent again, and that is a success, also if
  /// the instance has ended. A store keeps the last 1,000 keys of an instance at least, of both together,
  /// until it is deleted. Errors: `invalid_input`, if it was another one, or had other data.
  std::optional<std::string> key = std::nullopt;
};

/// Starts an instance, or finds the one that has the id already and leaves it as it is. `delay` as
/// for `EnqueueOrchestratorWork`. Errors: `instance_already_exists`, if `same_input` and it was
/// started otherwise.
struct StartOrFind {
  work::StartOrchestration start;
  std::optional<Milliseconds> delay;
  /// Only an instance that was started as the same orchestration, with the same bytes as input and,
  /// if `start` names a version, in that version will do. A store must know what an instance was
  /// started with for as long as it has the instance, whatever execution it is in and whichever were
  /// pruned; one of which it does not know is refused. A digest is enough.
  bool same_input = false;
  /// The instance that has the id is not left as it is: it is terminated if it runs, deleted with its
  /// descendants, and the new one is started, in one commit. Errors: `invalid_input` for a child whose
  /// parent is there, and for more descendants than one commit takes.
  bool replace = false;
  /// An instance that has the id will not do. Errors: `instance_already_exists`.
  bool only_new = false;
};

/// What a `StartOrFind` came to.
struct StartedOrFound {
  bool created = true;
  bool replaced = false;  ///< another instance had the id before
};

/// A start, and an event for the instance that was started or found, in one commit or not at all.
/// `start.delay` is always heeded. Answered with what the start came to. Errors: those of both;
/// `invalid_input` if they are for different instances.
struct StartAndRaise {
  StartOrFind start;
  work::ExternalRaised event;
  std::optional<std::string> key = std::nullopt;  ///< as for `EnqueueOrchestratorWork`
};

/// A start, and an update of the instance that was started or found, in one commit or not at all; see
/// `AskUpdate`. Nothing is answered before that commit. Errors: those of the start, and of an update that
/// cannot be sent; what becomes of one that was sent is in the answer.
struct StartAndAsk {
  StartOrFind start;
  work::UpdateRequest request;
  std::uint64_t wait_id = 0;
};

/// What a `StartAndAsk` came to. Without an answer and an error, the wait was taken back.
struct StartedAndAnswered {
  StartedOrFound started;
  std::optional<UpdateAnswer> answer = std::nullopt;
  std::optional<ProviderError> error = std::nullopt;  ///< why there will be no answer
};

// --- histories and status -------------------------------------------------------------------------

/// The current execution's history; empty for an unknown instance.
struct DUROXIDE_API Read {
  std::string instance;
};

struct GetStatus {
  std::string instance;
};

/// Answered when the instance has reached a terminal status, with that status; at once with
/// `NotFound` for an unknown one. `wait_id` is the sender's own, for `StopWaiting`.
struct WaitForStatus {
  std::string instance;
  std::uint64_t wait_id = 0;
  /// If set, it is also answered once the version of the custom status is above this.
  std::optional<std::uint64_t> after_custom_status = std::nullopt;
};

/// Answered with the status of the instance once it is there, however it came to be. `wait_id` as for
/// `WaitForStatus`, from the same numbers; a wait that is taken back is answered with `NotFound`.
struct WaitForStart {
  std::string instance;
  std::uint64_t wait_id = 0;
  /// Answered only once the current execution of the instance has a history, or a turn has given it one
  /// since, or the instance has ended. While there is none of that id it waits for the next.
  bool first_turn = false;
};

/// A value of the instance's key-value state, as committed; none if there is no such key or instance.
struct GetValue {
  std::string instance;
  std::string key;
};

/// All of them, by key.
struct GetValues {
  std::string instance;
};

/// Answered when the key has a value whose version is above `after_version`, with that value; with
/// none if the instance is unknown or ends without. `wait_id` as for `WaitForStatus`, from the same
/// numbers.
struct WaitForValue {
  std::string instance;
  std::string key;
  std::uint64_t after_version = 0;
  std::uint64_t wait_id = 0;
};

/// Appends `request` to the queue of its instance, and is answered with what a turn of the instance
/// gives as the answer to an update of that id (`AckOrchestrationItem::updates`), once that is
/// committed. `wait_id` as for `WaitForStatus`, from the same numbers: `StopWaiting` ends the wait with
/// none, and the update goes its way. Of an instance that has ended, or ends meanwhile, the answer is
/// looked for among the `UpdateAnswered` of its last execution. Errors: `instance_not_found`, also if
/// it is deleted meanwhile; `instance_finished`, if there is no answer.
struct AskUpdate {
  work::UpdateRequest request;
  std::uint64_t wait_id = 0;
};

/// Has the code of an instance asked, in a turn (`OrchestrationItem::questions`), and is answered with what
/// that turn gives as the answer, once all is committed that the turn has seen. Nothing of it is kept: if
/// nobody takes turns, it waits. `wait_id` as for `AskUpdate`. Errors: `instance_not_found`,
/// `instance_finished`, also if that is so before there is an answer.
struct AskQuery {
  std::string instance;
  Question question;
  std::uint64_t wait_id = 0;
};

/// Ends a wait of the sender; it is answered with what is there now.
struct StopWaiting {
  std::uint64_t wait_id = 0;
};

/// Releases an instance and its activities from quarantine, with their counts of deliveries at 0, and
/// lets those that wait for a registration be tried again at once. Answers how many were released.
/// Errors: `instance_not_found`.
struct ReleaseFromQuarantine {
  std::string instance;
};

// --- worker queue ---------------------------------------------------------------------------------

/// Asks for activities. The first item of a session binds that session to the sender: until the
/// sender ends, releases everything, or lets go of it with `ReleaseSessions`, only it is given more.
struct DequeueWorkerPeekLock {
  std::uint64_t max_items = 1;
  TagFilter tags = {};
  /// Sessions of which the sender has enough waiting for now.
  std::vector<std::string> saturated_sessions = {};
};

struct WorkerItem {
  work::ActivityExecute item;
  LockToken lock_token = 0;
  std::uint32_t attempt_count = 1;                     ///< this delivery included
  std::optional<std::string> progress = std::nullopt;  ///< of the last heartbeat of any delivery
};

/// The sender no longer binds these sessions to itself.
struct ReleaseSessions {
  std::vector<std::string> sessions;
};

/// Answered with leases of the sender that are over because their activities were cancelled, as soon
/// as there is one. A newer request of the sender answers the parked one with nothing.
struct AwaitCancelledWork {};

/// Names a call of an activity, whichever delivery of it.
struct ActivityReference {
  std::string instance;
  std::uint64_t execution_id = 0;
  std::uint64_t event_id = 0;
  /// Of the instance, as the activity's item says. Another one is `activity_not_found`.
  std::uint64_t incarnation = 0;
};

/// Records how far an activity is; the next delivery, and management, see it. Errors:
/// `activity_not_found`.
struct Heartbeat {
  ActivityReference activity;
  std::string details;
  /// Of whoever runs it; without it the activity need not be leased. A lease that is over is
  /// `activity_not_found`, even if there is an activity by that reference again: the instance may have
  /// been deleted and started anew, or rewound.
  std::optional<LockToken> lock_token = std::nullopt;
};

/// Ends an activity from outside, leased or not, as `AckWorker` does with a lease. Errors:
/// `activity_not_found`.
struct CompleteActivity {
  ActivityReference activity;
  WorkItem completion;  ///< `ActivityCompleted` or `ActivityFailed` of that very call
};

/// Removes the item and, in the same transaction, sends `completion` to its instance. Errors:
/// `invalid_lock_token` if the activity was cancelled meanwhile or the lease is over.
struct AckWorker {
  LockToken lock_token = 0;
  std::optional<WorkItem> completion;
};

struct AbandonWorker {
  LockToken lock_token = 0;
  Milliseconds delay{0};
  bool ignore_attempt = false;
  std::optional<std::string> waiting_for;
  std::optional<std::string> quarantine = std::nullopt;  ///< as for `AbandonOrchestrationItem`
  /// As for `AbandonOrchestrationItem`, by the activity's name, and of those who take its tag. A session
  /// that the sender has nothing else of is no longer bound to it.
  bool unregistered = false;
};

// --- timer queue ----------------------------------------------------------------------------------

/// True if `EnqueueOrchestratorWork::delay` is honoured.
struct SupportsDelayedVisibility {};

struct EnqueueTimerWork {
  work::TimerFired item;
};

/// Leases what is due by the store's clock. Answered at once if something is due or if the earliest
/// time to come is not `known_next_due`; else parked until one of both is so. A newer request of
/// the same sender answers the parked one with nothing.
struct DequeueTimerPeekLock {
  std::uint64_t max_items = 1;
  std::optional<Timestamp> known_next_due;
};

struct DueTimers {
  std::vector<LockToken> lock_tokens;
  std::optional<Timestamp> next_due;  ///< the earliest that is not due yet
};

/// Moves the leased timers to the queues of their instances, in one transaction.
struct AckTimer {
  std::vector<LockToken> lock_tokens;
};

}  // namespace duroxide::DUROXIDE_ABI::provider

namespace duroxide::DUROXIDE_ABI {

using Done = provider::Answer<void>;

}  // namespace duroxide::DUROXIDE_ABI
