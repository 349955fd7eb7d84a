// Counts over the whole store.

#include <chrono>

#include "engine/counters.hpp"
#include "model/system_health.hpp"
#include "queries/listing_plan.hpp"
#include "queries/management.hpp"
#include "queries/rows.hpp"
#include "queries/wanted.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

namespace {

constexpr std::chrono::hours long_run{24};
constexpr std::chrono::hours recent{1};

QueueDepths depths_of(const ReadView& view) {
  QueueDepths depths;
  depths.orchestrator_queue = view.count(Table::inbox);
  depths.worker_queue = view.count(Table::work);
  depths.timer_queue = view.count(Table::timers);
  return depths;
}

std::uint64_t count_running_since_before(const ReadView& view, Timestamp time) {
  InstanceFilter filter;
  filter.status = {ExecutionStatus::running};
  filter.created_before = time;
  const ListingPlan plan = make_plan(view, filter);
  const std::optional<Place> from_the_beginning;
  const auto rows = rows_of(Walk{view, filter, plan, from_the_beginning});
  std::uint64_t count = rows->skip(std::numeric_limits<std::uint64_t>::max());
  while (rows->next()) {
    ++count;
  }
  return count;
}

std::uint64_t count_failed_since(const ReadView& view, Timestamp time) {
  const auto failed = static_cast<std::uint64_t>(ExecutionStatus::failed);
  const auto prefix = make_key(failed);
  const auto cursor = view.cursor(Table::by_updated);
  std::uint64_t count = 0;
  for (bool more = cursor->seek(make_key(failed, sortable(time)));
       more && cursor->key().starts_with(prefix); more = cursor->next()) {
    ++count;
  }
  return count;
}

InstanceCounts counts_of(const ReadView& view) {
  InstanceCounts counts = count_instances(view);
  counts.paused = count_paused(view, counts.running);
  return counts;
}

}  // namespace

QueueDepths Management::queue_depths() const {
  return depths_of(*store_->snapshot());
}

InstanceCounts Management::counts() const {
  return counts_of(*store_->snapshot());
}

SystemMetrics Management::metrics() const {
  const StoreUse use = store_->use();
  return metrics_of(*store_->snapshot(), use);
}

SystemMetrics metrics_of(const ReadView& view, const StoreUse& use) {
  const InstanceCounts counts = counts_of(view);
  SystemMetrics metrics;
  metrics.total_instances = counts.total;
  // An execution gets its row when it ends.
  metrics.total_executions = view.count(Table::executions) + counts.running;
  metrics.running_instances = counts.running;
  metrics.completed_instances = counts.completed;
  metrics.failed_instances = counts.failed;
  metrics.cancelled_instances = counts.cancelled;
  metrics.paused_instances = counts.paused;
  metrics.total_events = count_of(view, event_counter);
  metrics.queues = depths_of(view);
  metrics.quarantined = view.count(Table::quarantine);
  metrics.store_bytes = use.bytes;
  metrics.store_reusable_bytes = use.reusable_bytes;
  metrics.store_file_bytes = use.file_bytes;
  metrics.damaged_pages = use.damaged_pages;
  metrics.readers = use.readers;
  metrics.oldest_reader_age = use.oldest_reader_age;
  return metrics;
}

SystemHealth Management::health() const {
  const auto view = store_->snapshot();
  const Timestamp now = clock_->now();
  const InstanceCounts counts = counts_of(*view);
  SystemHealth health;
  health.total_instances = counts.total;
  health.running_instances = counts.running;
  health.completed_instances = counts.completed;
  health.failed_instances = counts.failed;
  health.cancelled_instances = counts.cancelled;
  health.paused_instances = counts.paused;
  health.long_running_instances = count_running_since_before(*view, now - long_run);
  health.recent_failures = count_failed_since(*view, now - recent);
  model::judge(health);
  return health;
}

}  // namespace duroxide::storage
