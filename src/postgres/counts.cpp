#include "postgres/counts.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "model/instance_families.hpp"
#include "model/system_health.hpp"
#include "postgres/listing_values.hpp"

namespace duroxide::postgres {

namespace {

constexpr std::chrono::hours long_run{24};
constexpr std::chrono::hours recent{1};

Call counts_call() {
  return {"read_counts", {}, "SELECT orchestration, status, n FROM all_counts WHERE n <> 0"};
}

/// Of those that run.
Call paused_call() {
  return {
      "count_paused",
      {},
      "SELECT CASE WHEN EXISTS (SELECT FROM paused WHERE kind = 's')"
      " THEN (SELECT coalesce(sum(n), 0) FROM all_counts WHERE orchestration <> '' AND status = 0)"
      " ELSE (SELECT coalesce(sum(c.n), 0) FROM paused p JOIN all_counts c"
      "   ON c.orchestration = p.name AND c.status = 0 WHERE p.kind = 'o')"
      " + (SELECT count(*) FROM paused p JOIN instances i ON i.id = p.name"
      "   WHERE p.kind = 'i' AND i.status = 0 AND NOT EXISTS (SELECT FROM paused o"
      "   WHERE o.kind = 'o' AND o.name = i.orchestration)) END::bigint"};
}

Call depths_call() {
  return {"queue_depths",
          {},
          "SELECT (SELECT count(*) FROM inbox), (SELECT count(*) FROM work),"
          " (SELECT count(*) FROM timers)"};
}

/// What the rows of `counts_call` say.
struct Counted {
  model::CountsByName by_name;
  std::uint64_t executions = 0;
  std::uint64_t events = 0;
};

Counted counted_in(const Rows& rows) {
  constexpr std::int64_t executions = -1;
  constexpr std::int64_t events = -2;
  Counted counted;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Rows::Row row = rows.row(i);
    const auto status = row.number(1);
    if (status == executions) {
      counted.executions = row.count(2);
    } else if (status == events) {
      counted.events = row.count(2);
    } else {
      counted.by_name[row.text(0)][static_cast<ExecutionStatus>(status)] = row.count(2);
    }
  }
  return counted;
}

InstanceCounts counts_of(const Counted& counted, const Rows& paused) {
  InstanceCounts counts;
  for (const auto& [name, by_status] : counted.by_name) {
    for (const auto& [status, count] : by_status) {
      counts.total += count;
      counts.running += status == ExecutionStatus::running ? count : 0;
      counts.completed += status == ExecutionStatus::completed ? count : 0;
      counts.failed += status == ExecutionStatus::failed ? count : 0;
      counts.cancelled += status == ExecutionStatus::cancelled ? count : 0;
    }
  }
  counts.paused = paused.first().count(0);
  return counts;
}

QueueDepths depths_of(const Rows& rows) {
  const Rows::Row row = rows.first();
  return {row.count(0), row.count(1), row.count(2)};
}

/// Counts by name, what is paused, queues, and what else metrics tell.
std::vector<Call> metric_calls() {
  std::vector<Call> calls;
  calls.push_back(counts_call());
  calls.push_back(paused_call());
  calls.push_back(depths_call());
  calls.push_back(
      {"metric_numbers",
       {},
       "SELECT (SELECT count(*) FROM turns WHERE quarantine IS NOT NULL)"
       " + (SELECT count(*) FROM work WHERE quarantine IS NOT NULL),"
       " (SELECT coalesce(sum(t.event_count), 0) FROM instances i JOIN turns t ON t.number = "
       "i.number"
       "   WHERE i.status = 0)::bigint,"
       " (SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c"
       "   WHERE c.relkind = 'r' AND c.relnamespace ="
       "   (SELECT relnamespace FROM pg_class WHERE oid = 'instances'::regclass))::bigint"});
  return calls;
}

SystemMetrics metrics_of(const Answers& answers, const Counted& counted) {
  const InstanceCounts counts = counts_of(counted, answers[1]);
  const Rows::Row numbers = answers[3].first();
  SystemMetrics metrics;
  metrics.total_instances = counts.total;
  // An execution gets its row when it ends.
  metrics.total_executions = counted.executions + counts.running;
  metrics.running_instances = counts.running;
  metrics.completed_instances = counts.completed;
  metrics.failed_instances = counts.failed;
  metrics.cancelled_instances = counts.cancelled;
  metrics.paused_instances = counts.paused;
  metrics.total_events = counted.events + numbers.count(1);
  metrics.queues = depths_of(answers[2]);
  metrics.quarantined = numbers.count(0);
  metrics.store_bytes = numbers.count(2);
  metrics.store_file_bytes = metrics.store_bytes;
  return metrics;
}

}  // namespace

std::optional<std::uint64_t> count_without_looking(Database& database,
                                                   const InstanceFilter& filter) {
  const bool says_more = filter.created_after || filter.created_before || filter.parent_instance ||
                         (filter.id_prefix && !filter.id_prefix->empty()) || !filter.tags.empty() ||
                         filter.updated_before || filter.version || filter.roots_only ||
                         filter.search;
  if (says_more) {
    return std::nullopt;
  }
  const ListingValues values = values_of(database, filter);
  if (values.nothing) {
    return 0;
  }
  if (values.includes_paused()) {
    return std::nullopt;
  }
  const Counted counted = counted_in(database.read_one(counts_call()));
  std::uint64_t count = 0;
  for (const auto& [name, by_status] : counted.by_name) {
    if (filter.orchestration_name && name != *filter.orchestration_name) {
      continue;
    }
    for (const std::int64_t status : values.statuses) {
      const auto found = by_status.find(static_cast<ExecutionStatus>(status));
      count += found == by_status.end() ? 0 : found->second;
    }
  }
  return count;
}

InstanceCounts read_counts(Database& database) {
  const Answers answers = database.read({counts_call(), paused_call()});
  return counts_of(counted_in(answers[0]), answers[1]);
}

QueueDepths read_queue_depths(Database& database) {
  return depths_of(database.read_one(depths_call()));
}

SystemMetrics read_metrics(Database& database) {
  const Answers answers = database.read(metric_calls());
  return metrics_of(answers, counted_in(answers[0]));
}

std::vector<MetricFamily> read_metric_families(Database& database) {
  const Answers answers = database.read(metric_calls());
  const Counted counted = counted_in(answers[0]);
  const SystemMetrics metrics = metrics_of(answers, counted);
  std::vector<MetricFamily> families = model::instance_families(counted.by_name, metrics);
  families.push_back(model::gauge_of(
      "duroxide_store_file_bytes", "Bytes of the tables and indexes of the store in the database.",
      metrics.store_file_bytes, "bytes"));
  return families;
}

SystemHealth read_health(Database& database, Timestamp now) {
  Parameters times;
  times.number(to_milliseconds(now - long_run)).number(to_milliseconds(now - recent));
  const Answers answers = database.read(
      {counts_call(),
       paused_call(),
       {"health_numbers", std::move(times),
        "SELECT (SELECT count(*) FROM instances WHERE status = 0 AND created_at < $1),"
        " (SELECT count(*) FROM instances WHERE status = 2 AND listed_at >= $2)"}});
  const InstanceCounts counts = counts_of(counted_in(answers[0]), answers[1]);
  SystemHealth health;
  health.total_instances = counts.total;
  health.running_instances = counts.running;
  health.completed_instances = counts.completed;
  health.failed_instances = counts.failed;
  health.cancelled_instances = counts.cancelled;
  health.paused_instances = counts.paused;
  health.long_running_instances = answers[2].first().count(0);
  health.recent_failures = answers[2].first().count(1);
  model::judge(health);
  return health;
}

}  // namespace duroxide::postgres
