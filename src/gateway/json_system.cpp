// The store as a whole, and what acting on it has brought, as JSON.

#include <string>
#include <utility>

#include "gateway/command_error.hpp"
#include "gateway/json_text.hpp"
#include "gateway/json_types.hpp"
#include "gateway/time_text.hpp"

namespace duroxide::gateway {

namespace {

using nlohmann::json;

json problem_json(const StoreProblem& problem) {
  return {{"table", problem.table},
          {"key", problem.key},
          {"instance_id", json_of_text(problem.instance_id)},
          {"what", json_of_text(problem.what)}};
}

}  // namespace

json json_of(const QueueDepths& depths) {
  return {{"orchestrator_queue", depths.orchestrator_queue},
          {"worker_queue", depths.worker_queue},
          {"timer_queue", depths.timer_queue}};
}

json json_of(const SystemMetrics& metrics) {
  return {{"total_instances", metrics.total_instances},
          {"total_executions", metrics.total_executions},
          {"running_instances", metrics.running_instances},
          {"completed_instances", metrics.completed_instances},
          {"failed_instances", metrics.failed_instances},
          {"cancelled_instances", metrics.cancelled_instances},
          {"paused_instances", metrics.paused_instances},
          {"total_events", metrics.total_events},
          {"queues", json_of(metrics.queues)},
          {"quarantined", metrics.quarantined},
          {"store_bytes", metrics.store_bytes},
          {"store_reusable_bytes", metrics.store_reusable_bytes},
          {"store_file_bytes", metrics.store_file_bytes},
          {"oldest_reader_age_ms", metrics.oldest_reader_age.count()},
          {"readers", metrics.readers},
          {"damaged_pages", metrics.damaged_pages},
          {"overdue_turns", metrics.overdue_turns}};
}

json json_of(const MetricFamily& family) {
  json samples = json::array();
  for (const MetricSample& sample : family.samples) {
    json each = {{"labels", json::object()}};
    for (const auto& [label, value] : sample.labels) {
      each["labels"][label] = json_of_text(value);
    }
    if (family.kind == MetricKind::histogram) {
      each["buckets"] = sample.buckets;
      each["sum"] = sample.sum;
      each["count"] = sample.count;
    } else {
      each["value"] = sample.value;
    }
    samples.push_back(std::move(each));
  }
  json all = {{"name", family.name},
              {"help", family.help},
              {"unit", family.unit},
              {"kind", to_string(family.kind)},
              {"samples", std::move(samples)}};
  if (family.kind == MetricKind::histogram) {
    all["bounds"] = family.bounds;
  }
  return all;
}

json json_of(const SystemHealth& health) {
  return {{"total_instances", health.total_instances},
          {"running_instances", health.running_instances},
          {"completed_instances", health.completed_instances},
          {"failed_instances", health.failed_instances},
          {"cancelled_instances", health.cancelled_instances},
          {"paused_instances", health.paused_instances},
          {"long_running_instances", health.long_running_instances},
          {"recent_failures", health.recent_failures},
          {"health_score", health.health_score},
          {"health_explanation", health.health_explanation}};
}

json json_of(const StuckInstance& stuck) {
  return {{"instance_id", stuck.instance_id},
          {"orchestration_name", stuck.orchestration_name},
          {"kind", to_string(stuck.kind)},
          {"waiting_for", json_of_text(stuck.waiting_for)},
          {"since", time_text(stuck.since)}};
}

json json_of(const QuarantinedItem& item) {
  return {{"instance_id", item.instance_id},     {"execution_id", item.execution_id},
          {"event_id", item.event_id},           {"activity_name", item.activity_name},
          {"reason", json_of_text(item.reason)}, {"since", time_text(item.since)}};
}

json json_of(const PausedItem& item) {
  return {{"scope", to_string(item.scope.kind)},
          {"name", item.scope.name},
          {"since", time_text(item.since)}};
}

json json_of(const DeleteInstanceResult& result) {
  return {{"instances_deleted", result.instances_deleted},
          {"executions_deleted", result.executions_deleted},
          {"events_deleted", result.events_deleted},
          {"queue_messages_deleted", result.queue_messages_deleted}};
}

json json_of(const PruneResult& result) {
  return {{"instances_processed", result.instances_processed},
          {"executions_deleted", result.executions_deleted},
          {"events_deleted", result.events_deleted}};
}

json json_of(const BulkResult& result) {
  json refusals = json::array();
  for (const RefusedInstance& each : result.refusals) {
    refusals.push_back({{"instance_id", each.instance_id}, {"why", json_of_text(each.why)}});
  }
  json told = {{"done", result.done},
               {"unchanged", result.unchanged},
               {"refused", result.refused},
               {"refusals", std::move(refusals)}};
  if (result.stopped_by) {
    const CommandError error(*result.stopped_by);
    told["stopped_by"] = {{"kind", to_string(error.kind)},
                          {"message", json_of_text(error.message)}};
  }
  return told;
}

json json_of(const RestoredInstance& restored) {
  return {{"instance_id", restored.instance_id},
          {"events_kept", restored.events_kept},
          {"events_dropped", restored.events_dropped},
          {"activities_scheduled", restored.activities_scheduled}};
}

json json_of(const BackupResult& result) {
  return {{"records", result.records}, {"bytes", result.bytes}};
}

json json_of(const VerifyReport& report) {
  json problems = json::array();
  for (const StoreProblem& problem : report.problems) {
    problems.push_back(problem_json(problem));
  }
  return {{"instances_checked", report.instances_checked},
          {"records_checked", report.records_checked},
          {"problem_count", report.problem_count},
          {"problems", std::move(problems)},
          {"complete", report.complete},
          {"clean", report.is_clean()}};
}

json json_of(const Progress& progress) {
  return {{"done", progress.done}, {"total", progress.total}};
}

}  // namespace duroxide::gateway
