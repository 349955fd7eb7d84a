#include "model/instance_families.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include "model/metric_family.hpp"
#include "model/metrics.hpp"

namespace duroxide::model {

namespace {

struct NamedStatus {
  ExecutionStatus status;
  std::string_view label;
};
constexpr std::array statuses{NamedStatus{ExecutionStatus::running, "running"},
                              NamedStatus{ExecutionStatus::completed, "completed"},
                              NamedStatus{ExecutionStatus::failed, "failed"},
                              NamedStatus{ExecutionStatus::cancelled, "cancelled"}};

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
  sizes.resize(std::min(sizes.size(), most_names));
  std::set<std::string_view> names;
  for (const auto& [size, name] : sizes) {
    names.insert(name);
  }
  return names;
}

/// Some names have series of their own, the rest has one together.
MetricFamily instances_of(const CountsByName& all) {
  const std::set<std::string_view> own = largest_names(all);
  CountsByName few;
  for (const auto& [name, counts] : all) {
    auto& sums = few[own.contains(name) ? name : std::string(other_names)];
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

}  // namespace

MetricFamily gauge_of(std::string name, std::string help, std::uint64_t value, std::string unit) {
  MetricFamily family =
      make_family(std::move(name), std::move(help), MetricKind::gauge, std::move(unit));
  family.samples.push_back(sample_of({}, value));
  return family;
}

std::vector<MetricFamily> instance_families(const CountsByName& by_name,
                                            const SystemMetrics& counts) {
  std::vector<MetricFamily> families;
  families.push_back(instances_of(by_name));
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
  return families;
}

}  // namespace duroxide::model
