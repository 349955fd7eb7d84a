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
#include "pages.hpp"
#include "workloads.hpp"

using namespace duroxide;

namespace {

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
  auto figures = measure_pages(client, shape, times, 5, Turning::by_offset);
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
