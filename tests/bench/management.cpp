#include "management.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <duroxide/duroxide.hpp>

#include "full_store.hpp"
#include "workloads.hpp"

using namespace duroxide;

namespace {

using NamedFilters = std::vector<std::pair<std::string, InstanceFilter>>;

constexpr double milli = 1e3;

/// Seconds of each of so many calls, sorted.
std::vector<double> time_calls(std::size_t times, const std::function<void()>& call) {
  std::vector<double> seconds;
  for (std::size_t i = 0; i < times; ++i) {
    const auto begin = SteadyClock::now();
    call();
    seconds.push_back(std::chrono::duration<double>(SteadyClock::now() - begin).count());
  }
  std::sort(seconds.begin(), seconds.end());
  return seconds;
}

InstanceFilter with(const std::function<void(InstanceFilter&)>& set) {
  InstanceFilter filter;
  set(filter);
  return filter;
}

/// Every field of the seeds' filter, alone and together, and the orders beyond it.
NamedFilters all_filters(const FullStore& store) {
  const Timestamp now = system_clock()->now();
  const auto day = std::chrono::hours(24);
  const auto at = [&](double share) {
    return static_cast<std::uint32_t>(static_cast<double>(store.instances) * share);
  };
  const std::vector completed{ExecutionStatus::completed};
  const std::vector others{ExecutionStatus::running, ExecutionStatus::failed};
  return {
      {"all", {}},
      {"offset of half", with([&](auto& f) { f.offset = at(0.5); })},
      {"offset to the end", with([&](auto& f) { f.offset = at(1) - 100; })},
      {"status", with([&](auto& f) { f.status = completed; })},
      {"status, offset", with([&](auto& f) { f.status = completed, f.offset = at(0.4); })},
      {"two statuses, offset", with([&](auto& f) { f.status = others, f.offset = at(0.4); })},
      {"name", with([&](auto& f) { f.orchestration_name = store.orchestration; })},
      {"name, offset",
       with([&](auto& f) { f.orchestration_name = store.orchestration, f.offset = at(0.08); })},
      {"name, status, offset", with([&](auto& f) {
         f.orchestration_name = store.orchestration, f.status = completed, f.offset = at(0.04);
       })},
      {"created",
       with([&](auto& f) { f.created_after = now - 20 * day, f.created_before = now - 2 * day; })},
      {"created, status, offset", with([&](auto& f) {
         f.created_after = now - 20 * day, f.created_before = now - 2 * day;
         f.status = completed, f.offset = at(0.2);
       })},
      {"parent, offset",
       with([&](auto& f) { f.parent_instance = store.parent_id, f.offset = at(0.008); })},
      {"parent, status",
       with([&](auto& f) { f.parent_instance = store.parent_id, f.status = others; })},
      {"parent, name, status, created", with([&](auto& f) {
         f.parent_instance = store.parent_id, f.orchestration_name = store.orchestration;
         f.status = completed, f.created_after = now - 10 * day;
       })},
      {"newest, offset", with([&](auto& f) { f.descending = true, f.offset = at(0.7); })},
      {"updated last",
       with([&](auto& f) { f.descending = true, f.order = InstanceOrder::updated; })},
      {"by id, prefix",
       with([&](auto& f) { f.order = InstanceOrder::id, f.id_prefix = "instance-77"; })},
      {"tag, status", with([&](auto& f) { f.tags = {store.tag}, f.status = completed; })},
  };
}

std::vector<Figure> measure_pages(const ManagementClient& client, const FullStore& store,
                                  std::size_t times) {
  std::vector<double> medians;
  std::vector<double> worst;
  std::string slowest;
  for (const auto& [name, filter] : all_filters(store)) {
    const auto seconds = time_calls(times, [&client, &wanted = filter] {
      if (must(client.list_page(wanted)).instances.empty()) {
        throw std::runtime_error("a page is empty");
      }
    });
    medians.push_back(seconds[seconds.size() / 2]);
    worst.push_back(seconds.back());
    if (medians.back() == *std::max_element(medians.begin(), medians.end())) {
      slowest = name;
    }
  }
  return {
      {"page of 100, p50 over " + std::to_string(medians.size()) + " filters",
       median(medians) * milli, "ms"},
      {"page, p50 of the slowest (" + slowest + ")",
       *std::max_element(medians.begin(), medians.end()) * milli, "ms", true, 5, true},
      {"page, the slowest call", *std::max_element(worst.begin(), worst.end()) * milli, "ms"},
  };
}

/// Lists everything, page by page, over and over, until it is told to stop.
class Lister {
 public:
  explicit Lister(ManagementClient client)
      : thread_([this, client = std::move(client)] {
          while (!stop_) {
            list_once(client);
          }
        }) {}
  ~Lister() {
    stop_ = true;
    thread_.join();
  }
  Lister(const Lister&) = delete;
  Lister& operator=(const Lister&) = delete;

 private:
  void list_once(const ManagementClient& client) {
    std::optional<std::string> cursor;
    do {
      auto page = client.list_page({}, 1000, cursor);
      if (!page) {
        return;
      }
      cursor = std::move(page->next_cursor);
    } while (cursor && !stop_);
  }

  std::atomic<bool> stop_{false};
  std::thread thread_;
};

/// The share of its throughput that the engine loses while everything is listed in a loop.
double measure_loss(Workloads& workloads, std::size_t orchestrations, std::size_t repetitions) {
  std::vector<double> alone;
  std::vector<double> beside;
  (void)workloads.fan_outs(orchestrations / 4 + 1, 100);
  for (std::size_t i = 0; i < repetitions; ++i) {
    alone.push_back(workloads.fan_outs(orchestrations, 100).rate());
    const Lister lister{ManagementClient(workloads.store())};
    beside.push_back(workloads.fan_outs(orchestrations, 100).rate());
  }
  return 1 - median(beside) / median(alone);
}

}  // namespace

Row measure_management(const std::filesystem::path& directory, const Options& options) {
  const bool quick = options.quick;
  const std::uint64_t instances = quick ? 5'000 : 1'000'000;
  const std::size_t times = quick ? 3 : 51;
  const FullStore shape = fill_full_store(directory / "full", instances);
  Workloads workloads(directory / "full");
  const ManagementClient client(workloads.store());
  if (must(client.get_instance_counts()).total != instances) {
    throw std::runtime_error("the store does not hold what it was filled with");
  }
  const auto p50 = [&](const std::function<void()>& call) {
    return time_calls(times, call)[times / 2] * milli;
  };
  auto figures = measure_pages(client, shape, times);
  figures.insert(
      figures.end(),
      {
          {"counts by status, p50", p50([&] { must(client.get_instance_counts()); }), "ms", true, 1,
           true},
          {"metrics, p50", p50([&] { must(client.get_system_metrics()); }), "ms", true, 10, true},
          {"health, p50", p50([&] { must(client.get_system_health()); }), "ms", true, 10, true},
          {"details of an instance, p50",
           p50([&] { must(client.get_instance_details(shape.running_id)); }), "ms", true, 1, true},
          {"throughput lost while everything is listed",
           100 * measure_loss(workloads, quick ? 200 : 5'000, quick ? 1 : 9), "%", true, 10, true},
      });
  return {"management, on a store of " + std::to_string(instances) + " instances",
          "",
          std::move(figures),
          {}};
}
