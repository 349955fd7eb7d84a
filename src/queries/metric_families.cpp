// What the store itself says of how it does, as families. What the engine counts while it works is
// `model/metrics.hpp`.

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/counters.hpp"
#include "model/metric_family.hpp"
#include "model/metrics.hpp"
#include "queries/management.hpp"

namespace duroxide::storage {

namespace {

using model::make_family;
using model::sample_of;

struct NamedStatus {
  ExecutionStatus status;
  std::string_view label;
};
constexpr std::array statuses{NamedStatus{ExecutionStatus::running, "running"},
                              NamedStatus{ExecutionStatus::completed, "completed"},
                              NamedStatus{ExecutionStatus::failed, "failed"},
                              NamedStatus{ExecutionStatus::cancelled, "cancelled"}};

MetricFamily gauge_of(std::string name, std::string help, std::uint64_t value,
                      std::string unit = {}) {
  MetricFamily family =
      make_family(std::move(name), std::move(help), MetricKind::gauge, std::move(unit));
  family.samples.push_back(sample_of({}, value));
  return family;
}

using CountsByName = std::map<std::string, std::map<ExecutionStatus, std::uint64_t>>;

/// Those with the most instances, so that a new name does not take the series of one that has many.
std::set<std::string_view> largest_names(const CountsByName& all) {
  std::vector<std::pair<std::uint64_t, std::string_view>> sizes;
  for (const auto& [name, counts] : all) {
    std::uint64_t size = 0;
    for (const auto& [status, count] : counts) {
      size += count;
    }
    sizes.emplace_back(size, name);
  }
  std::sort(sizes.begin(), sizes.end(), [](const auto& left, const auto& right) {
    return left.first != right.first ? left.first > right.first : left.second < right.second;
  });
  sizes.resize(std::min(sizes.size(), model::most_names));
  std::set<std::string_view> names;
  for (const auto& [size, name] : sizes) {
    names.insert(name);
  }
  return names;
}

/// Some names have series of their own, the rest has one together.
MetricFamily instances_of(const ReadView& view) {
  const CountsByName all = count_by_name(view);
  const std::set<std::string_view> own = largest_names(all);
  CountsByName few;
  for (const auto& [name, counts] : all) {
    auto& sums = few[own.contains(name) ? name : std::string(model::other_names)];
    for (const auto& [status, count] : counts) {
      sums[status] += count;
    }
  }
  MetricFamily family =
      make_family("duroxide_instances", "Instances in the store, by orchestration and status.",
                  MetricKind::gauge);
  for (auto& [name, counts] : few) {
    for (const auto& [status, label] : statuses) {
      family.samples.push_back(
          sample_of({{"orchestration", name}, {"status", std::string(label)}}, counts[status]));
    }
  }
  return family;
}

MetricFamily queues_of(const QueueDepths& depths) {
  MetricFamily family = make_family("duroxide_queue_depth",
                                    "Messages, activities and timers in the queues, with those "
                                    "that are handed out.",
                                    MetricKind::gauge);
  family.samples.push_back(sample_of({{"queue", "messages"}}, depths.orchestrator_queue));
  family.samples.push_back(sample_of({{"queue", "activities"}}, depths.worker_queue));
  family.samples.push_back(sample_of({{"queue", "timers"}}, depths.timer_queue));
  return family;
}

void add_sizes(const StoreUse& use, std::vector<MetricFamily>& families) {
  families.push_back(gauge_of("duroxide_store_used_bytes",
                              "Bytes of the database's pages that hold something.", use.bytes,
                              "bytes"));
  families.push_back(gauge_of("duroxide_store_reusable_bytes",
                              "Bytes of the database's pages that hold nothing any more.",
                              use.reusable_bytes, "bytes"));
  families.push_back(gauge_of("duroxide_store_file_bytes",
                              "Bytes of the files of the database and the log.", use.file_bytes,
                              "bytes"));
  families.push_back(
      gauge_of("duroxide_log_file_bytes", "Bytes of the log's files.", use.log_bytes, "bytes"));
  MetricFamily held =
      make_family("duroxide_log_held_bytes",
                  "Bytes of those of the log's files that hold what is not in the database yet.",
                  MetricKind::gauge, "bytes");
  if (use.log_held_bytes) {
    held.samples.push_back(sample_of({}, *use.log_held_bytes));
  }
  families.push_back(std::move(held));
  families.push_back(gauge_of("duroxide_damaged_pages",
                              "Pages of the database that were found damaged since it was opened.",
                              use.damaged_pages));
}

void add_readers(const StoreUse& use, std::vector<MetricFamily>& families) {
  families.push_back(
      gauge_of("duroxide_readers", "Snapshots of the store that are held.", use.readers));
  MetricFamily age = make_family("duroxide_oldest_reader_age_seconds",
                                 "How long the oldest of these snapshots has been held; an old one "
                                 "keeps the store from using space again.",
                                 MetricKind::gauge, "seconds");
  MetricSample sample;
  sample.value = model::Seconds(use.oldest_reader_age).count();
  age.samples.push_back(std::move(sample));
  families.push_back(std::move(age));
}

}  // namespace

std::vector<MetricFamily> Management::metric_families() const {
  const StoreUse use = store_->use();  // first, so that the snapshot is not counted as a reader
  const auto view = store_->snapshot();
  const SystemMetrics counts = metrics_of(*view, use);
  std::vector<MetricFamily> families;
  families.push_back(instances_of(*view));
  families.push_back(gauge_of("duroxide_paused_instances",
                              "Running instances that are paused by themselves, by name or with "
                              "the store.",
                              counts.paused_instances));
  families.push_back(gauge_of("duroxide_quarantined_items",
                              "Instances and activities in quarantine.", counts.quarantined));
  families.push_back(gauge_of("duroxide_executions", "Executions of all instances in the store.",
                              counts.total_executions));
  families.push_back(gauge_of("duroxide_history_events", "Events in all histories in the store.",
                              counts.total_events));
  families.push_back(queues_of(counts.queues));
  add_sizes(use, families);
  add_readers(use, families);
  return families;
}

}  // namespace duroxide::storage
