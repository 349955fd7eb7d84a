#pragma once

// How what goes between a remote store and the engine is laid out in a record, beside what is stored and
// has its layout in model/serialization.hpp. Both sides speak the same version of the protocol, so no
// structure here has one of its own.

#include <bit>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <cereal/types/utility.hpp>

#include <duroxide/management_messages.hpp>
#include <duroxide/provider_messages.hpp>

#include "model/archive.hpp"
#include "model/serialization.hpp"

/// Declares a layout: `DUROXIDE_FRAMED(PausedItem, x.scope, x.since)`.
#define DUROXIDE_FRAMED(type, ...)            \
  template <class Archive>                    \
  void serialize(Archive& archive, type& x) { \
    archive(__VA_ARGS__);                     \
  }

namespace cereal {

template <class Archive>
void save(Archive& archive, const duroxide::Milliseconds& length) {
  archive(std::int64_t{length.count()});
}
template <class Archive>
void load(Archive& archive, duroxide::Milliseconds& length) {
  std::int64_t count = 0;
  archive(count);
  length = duroxide::Milliseconds(count);
}

}  // namespace cereal

namespace duroxide::DUROXIDE_ABI {

// --- statuses and errors --------------------------------------------------------------------------

// What converts to a status, or to a list of them, is not one.
template <class Archive, std::same_as<OrchestrationStatus> Status>
void save(Archive& archive, const Status& status) {
  archive(status.state(), status.custom_status(), status.custom_status_version());
}
template <class Archive, std::same_as<OrchestrationStatus> Status>
void load(Archive& archive, Status& status) {
  OrchestrationStatus::State state;
  std::optional<std::string> text;
  std::uint64_t version = 0;
  archive(state, text, version);
  status = OrchestrationStatus(std::move(state)).with_custom_status(std::move(text), version);
}
template <class Archive>
void serialize(Archive& archive, OrchestrationStatus::Completed& x) {
  archive(x.output);
}
template <class Archive>
void serialize(Archive& archive, OrchestrationStatus::Failed& x) {
  archive(x.details);
}

template <class Archive>
void serialize(Archive& archive, ProviderError& x) {
  archive(x.kind, x.operation, x.message, x.retryable);
  refuse_unknown<Archive>(x.kind, ProviderError::Kind::cancelled, "kind of an error");
}

template <class Archive, std::same_as<StatusFilters> Filters>
void save(Archive& archive, const Filters& filters) {
  archive(cereal::make_size_tag(static_cast<cereal::size_type>(filters.size())));
  for (const StatusFilter& each : filters) {
    archive(each.is_paused(), each.status());
  }
}
template <class Archive, std::same_as<StatusFilters> Filters>
void load(Archive& archive, Filters& filters) {
  cereal::size_type size = 0;
  archive(cereal::make_size_tag(size));
  filters.clear();
  for (cereal::size_type i = 0; i < size; ++i) {
    bool is_paused = false;
    std::optional<ExecutionStatus> status;
    archive(is_paused, status);
    if (status) {
      refuse_unknown<Archive>(*status, ExecutionStatus::cancelled, "status");
    }
    filters.push_back(is_paused ? StatusFilter::paused()
                      : status  ? StatusFilter(*status)
                                : StatusFilter(OrchestrationStatus()));
  }
}

// --- what management shows ------------------------------------------------------------------------

template <class Archive>
void serialize(Archive& archive, InstanceFilter& x) {
  archive(x.status, x.orchestration_name, x.created_after, x.created_before, x.parent_instance,
          x.limit, x.offset, x.id_prefix, x.tags, x.updated_before, x.version, x.roots_only,
          x.with_output, x.order, x.descending, x.search);
  refuse_unknown<Archive>(x.order, InstanceOrder::id, "order of a listing");
}
DUROXIDE_FRAMED(InstanceSummary, x.instance_id, x.orchestration_name, x.version, x.status,
                x.created_at, x.updated_at, x.execution_count, x.parent_instance, x.parent_id,
                x.tags, x.cancelled)
DUROXIDE_FRAMED(InstancePage, x.instances, x.next_cursor)
DUROXIDE_FRAMED(InstanceCounts, x.total, x.running, x.completed, x.failed, x.cancelled, x.paused)
DUROXIDE_FRAMED(InstanceInfo, x.instance_id, x.orchestration_name, x.orchestration_version,
                x.current_execution_id, x.status, x.created_at, x.updated_at, x.parent_instance_id,
                x.event_count, x.waiting_for, x.tags, x.kept_messages)
template <class Archive>
void serialize(Archive& archive, ExecutionInfo& x) {
  archive(x.execution_id, x.status, x.output, x.version, x.started_at, x.completed_at,
          x.event_count);
  refuse_unknown<Archive>(x.status, ExecutionStatus::cancelled, "status");
}
template <class Archive>
void serialize(Archive& archive, ExecutionSummary& x) {
  archive(x.execution_id, x.status, x.started_at, x.completed_at, x.event_count, x.duration_ms);
  refuse_unknown<Archive>(x.status, ExecutionStatus::cancelled, "status");
}
DUROXIDE_FRAMED(PendingActivity, x.correlation_id, x.name, x.input, x.scheduled_at, x.execution_id,
                x.tag, x.session, x.attempts, x.progress, x.progress_at, x.waiting_for, x.token)
DUROXIDE_FRAMED(PendingTimer, x.correlation_id, x.delay_ms, x.scheduled_at, x.fire_at)
DUROXIDE_FRAMED(PendingEvent, x.correlation_id, x.name, x.subscribed_at, x.is_queue)
DUROXIDE_FRAMED(PendingChild, x.correlation_id, x.name, x.instance, x.scheduled_at)
template <class Archive>
void serialize(Archive& archive, InstanceMessage& x) {
  archive(x.message_id, x.place, x.kind, x.name, x.event_id, x.data);
  refuse_unknown<Archive>(x.place, MessagePlace::unread, "place of a message");
}
template <class Archive>
void serialize(Archive& archive, ExecutionDetails& x) {
  archive(x.execution_id, x.status, x.pending_activities, x.pending_timers, x.pending_events,
          x.pending_children, x.last_event_at);
  refuse_unknown<Archive>(x.status, ExecutionStatus::cancelled, "status");
}
DUROXIDE_FRAMED(InstanceDetails, x.summary, x.executions, x.current_execution, x.damage)
DUROXIDE_FRAMED(QuarantinedItem, x.instance_id, x.execution_id, x.event_id, x.activity_name,
                x.reason, x.since)
template <class Archive>
void serialize(Archive& archive, StuckInstance& x) {
  archive(x.instance_id, x.orchestration_name, x.kind, x.waiting_for, x.since);
  refuse_unknown<Archive>(x.kind, StuckKind::overdue, "reason to be stuck");
}
template <class Archive>
void serialize(Archive& archive, StuckFilter& x) {
  std::optional<Milliseconds> length;
  if (x.no_progress_for) {
    length = *x.no_progress_for;
  }
  archive(length, x.limit);
  x.no_progress_for = length ? std::optional<Duration>(*length) : std::nullopt;
}
DUROXIDE_FRAMED(QueueDepths, x.orchestrator_queue, x.worker_queue, x.timer_queue)
DUROXIDE_FRAMED(SystemMetrics, x.total_instances, x.total_executions, x.running_instances,
                x.completed_instances, x.failed_instances, x.total_events, x.cancelled_instances,
                x.paused_instances, x.queues, x.quarantined, x.store_bytes, x.store_reusable_bytes,
                x.store_file_bytes, x.oldest_reader_age, x.readers, x.damaged_pages,
                x.overdue_turns)
// A record holds whole numbers; one with a fraction goes as its bits.
template <class Archive>
void save(Archive& archive, const MetricSample& x) {
  archive(x.labels, std::bit_cast<std::uint64_t>(x.value), x.buckets,
          std::bit_cast<std::uint64_t>(x.sum), x.count);
}
template <class Archive>
void load(Archive& archive, MetricSample& x) {
  std::uint64_t value = 0;
  std::uint64_t sum = 0;
  archive(x.labels, value, x.buckets, sum, x.count);
  x.value = std::bit_cast<double>(value);
  x.sum = std::bit_cast<double>(sum);
}
template <class Archive>
void save(Archive& archive, const MetricFamily& x) {
  std::vector<std::uint64_t> bounds;
  for (const double bound : x.bounds) {
    bounds.push_back(std::bit_cast<std::uint64_t>(bound));
  }
  archive(x.name, x.help, x.unit, x.kind, bounds, x.samples);
}
template <class Archive>
void load(Archive& archive, MetricFamily& x) {
  std::vector<std::uint64_t> bounds;
  archive(x.name, x.help, x.unit, x.kind, bounds, x.samples);
  refuse_unknown<Archive>(x.kind, MetricKind::histogram, "kind of a metric");
  x.bounds.clear();
  for (const std::uint64_t bound : bounds) {
    x.bounds.push_back(std::bit_cast<double>(bound));
  }
}
DUROXIDE_FRAMED(SystemHealth, x.total_instances, x.running_instances, x.completed_instances,
                x.failed_instances, x.long_running_instances, x.recent_failures, x.health_score,
                x.cancelled_instances, x.paused_instances, x.health_explanation)
DUROXIDE_FRAMED(InstanceTree, x.root_id, x.instances)
template <class Archive>
void serialize(Archive& archive, ExportedExecution& x) {
  archive(x.execution_id, x.version, x.status, x.started_at, x.ended_at, x.events);
  refuse_unknown<Archive>(x.status, ExecutionStatus::cancelled, "status");
}
DUROXIDE_FRAMED(InstanceExport, x.instance_id, x.orchestration_name, x.created_at, x.updated_at,
                x.tags, x.parent, x.executions, x.custom_status, x.custom_status_version, x.values,
                x.messages, x.start_due)

// --- what operators do ----------------------------------------------------------------------------

DUROXIDE_FRAMED(DeleteInstanceResult, x.instances_deleted, x.executions_deleted, x.events_deleted,
                x.queue_messages_deleted)
DUROXIDE_FRAMED(PruneOptions, x.keep_last, x.completed_before)
DUROXIDE_FRAMED(PruneResult, x.instances_processed, x.executions_deleted, x.events_deleted)
template <class Archive>
void serialize(Archive& archive, PauseScope& x) {
  archive(x.kind, x.name);
  refuse_unknown<Archive>(x.kind, PauseScope::Kind::store, "scope of a pause");
}
DUROXIDE_FRAMED(PausedItem, x.scope, x.since)
DUROXIDE_FRAMED(RewindOptions, x.event_id, x.skip, x.version)
DUROXIDE_FRAMED(ForkOptions, x.execution_id, x.event_id, x.version)
DUROXIDE_FRAMED(RestoredInstance, x.instance_id, x.events_kept, x.events_dropped,
                x.activities_scheduled)
DUROXIDE_FRAMED(StoreProblem, x.table, x.key, x.instance_id, x.what)
DUROXIDE_FRAMED(VerifyReport, x.instances_checked, x.records_checked, x.problems, x.problem_count,
                x.complete)
DUROXIDE_FRAMED(BackupResult, x.records, x.bytes)
template <class Archive>
void serialize(Archive& archive, StatusChange& x) {
  archive(x.kind, x.instance_id, x.orchestration_name, x.execution_id, x.event_count, x.at);
  refuse_unknown<Archive>(x.kind, ChangeKind::deleted, "kind of a change");
}
DUROXIDE_FRAMED(ChangeFilter, x.instance, x.orchestration_name, x.turns)
DUROXIDE_FRAMED(ChangeBatch, x.changes, x.missed)

}  // namespace duroxide::DUROXIDE_ABI

namespace duroxide::DUROXIDE_ABI::provider {

// What is the sender's own, such as `wait_id`, stays with it: over the wire a request has its number.

DUROXIDE_FRAMED(EnqueueOrchestratorWork, x.item, x.delay, x.use_existing, x.key)
DUROXIDE_FRAMED(StartOrFind, x.start, x.delay, x.same_input, x.replace, x.only_new)
DUROXIDE_FRAMED(StartedOrFound, x.created, x.replaced)
DUROXIDE_FRAMED(Read, x.instance)
DUROXIDE_FRAMED(GetStatus, x.instance)
DUROXIDE_FRAMED(WaitForStatus, x.instance, x.after_custom_status)
DUROXIDE_FRAMED(GetValue, x.instance, x.key)
DUROXIDE_FRAMED(GetValues, x.instance)
DUROXIDE_FRAMED(WaitForValue, x.instance, x.key, x.after_version)
DUROXIDE_FRAMED(Question, x.id, x.name, x.input)
DUROXIDE_FRAMED(UpdateAnswer, x.id, x.output, x.error, x.refused)
DUROXIDE_FRAMED(AskUpdate, x.request)
DUROXIDE_FRAMED(AskQuery, x.instance, x.question)
DUROXIDE_FRAMED(StartAndRaise, x.start, x.event, x.key)
DUROXIDE_FRAMED(StartAndAsk, x.start, x.request)
DUROXIDE_FRAMED(StartedAndAnswered, x.started, x.answer, x.error)
DUROXIDE_FRAMED(WaitForStart, x.instance, x.first_turn)
DUROXIDE_FRAMED(ReleaseFromQuarantine, x.instance)
DUROXIDE_FRAMED(ActivityReference, x.instance, x.execution_id, x.event_id, x.incarnation)
DUROXIDE_FRAMED(Heartbeat, x.activity, x.details, x.lock_token)
DUROXIDE_FRAMED(CompleteActivity, x.activity, x.completion)

}  // namespace duroxide::DUROXIDE_ABI::provider

namespace duroxide::DUROXIDE_ABI::management {

DUROXIDE_FRAMED(ListInstances, x.filter)
DUROXIDE_FRAMED(ListPage, x.filter, x.page_size, x.cursor)
DUROXIDE_FRAMED(CountInstances, x.filter)
DUROXIDE_FRAMED(GetInstanceInfo, x.instance)
DUROXIDE_FRAMED(GetInstanceDetails, x.instance)
DUROXIDE_FRAMED(ListExecutions, x.instance)
DUROXIDE_FRAMED(GetExecutionInfo, x.instance, x.execution_id)
DUROXIDE_FRAMED(ReadExecutionHistory, x.instance, x.execution_id)
DUROXIDE_FRAMED(ListPendingActivities, x.instance)
DUROXIDE_FRAMED(ListMessages, x.instance)
DUROXIDE_FRAMED(ListStuck, x.filter)
DUROXIDE_FRAMED(GetInstanceTree, x.instance, x.limit)
DUROXIDE_FRAMED(ExportInstance, x.instance)
// Who looks on is told by frames of their own.
template <class Archive>
void serialize(Archive& /*archive*/, VerifyStore& /*x*/) {}
template <class Archive>
void save(Archive& archive, const BackupStore& x) {
  archive(x.directory.string());
}
template <class Archive>
void load(Archive& archive, BackupStore& x) {
  std::string directory;
  archive(directory);
  x.directory = std::move(directory);
}
DUROXIDE_FRAMED(DeleteInstances, x.instances, x.force)
DUROXIDE_FRAMED(PruneExecutions, x.instance, x.options)
DUROXIDE_FRAMED(DeletedTrees, x.deleted, x.roots_seen, x.roots_deleted, x.next_is_large)
DUROXIDE_FRAMED(DeleteTrees, x.roots, x.force, x.limit)
DUROXIDE_FRAMED(PrunedInstances, x.pruned, x.instances_seen, x.instances_pruned)
DUROXIDE_FRAMED(PruneInstances, x.instances, x.options, x.limit)
DUROXIDE_FRAMED(Pause, x.scope, x.pause)
DUROXIDE_FRAMED(TerminateInstance, x.instance, x.reason)
DUROXIDE_FRAMED(DropMessage, x.instance, x.message_id)
DUROXIDE_FRAMED(RewindInstance, x.instance, x.options)
DUROXIDE_FRAMED(ForkInstance, x.instance, x.new_instance, x.options)
DUROXIDE_FRAMED(ImportInstance, x.exported)
DUROXIDE_FRAMED(SubscribeChanges, x.subscription_id, x.filter, x.capacity)
DUROXIDE_FRAMED(AwaitChanges, x.subscription_id)
DUROXIDE_FRAMED(UnsubscribeChanges, x.subscription_id)

}  // namespace duroxide::DUROXIDE_ABI::management

#undef DUROXIDE_FRAMED
