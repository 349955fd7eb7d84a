#include "retention.hpp"

#include <algorithm>
#include <chrono>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>

#include <duroxide/duroxide.hpp>

#include "limits.hpp"
#include "workloads.hpp"

using namespace duroxide;

namespace {

void require_empty(const ManagementClient& client) {
  const auto counts = client.get_instance_counts();
  if (!counts || counts->total != 0) {
    throw std::runtime_error("not everything was deleted");
  }
}

struct Deleted {
  double per_second = 0;
  double commits_per_thousand = 0;
};

Deleted delete_at_once(Workloads& workloads, std::size_t instances) {
  workloads.run_hellos(instances, 100);
  const ManagementClient client(workloads.store());
  std::size_t commits = 0;
  const auto begin = SteadyClock::now();
  const auto deleted = client.delete_instances({}, {}, [&](const Progress&) {
    ++commits;  // called once for each
    return true;
  });
  const double seconds = seconds_since(begin);
  if (!deleted) {
    throw std::runtime_error(deleted.error().to_string());
  }
  require_empty(client);
  const auto count = static_cast<double>(instances);
  return {count / seconds, 1000 * static_cast<double>(commits) / count};
}

/// A second runtime on the same store finds all of them too old.
double delete_by_retention(Workloads& workloads, std::size_t instances) {
  workloads.run_hellos(instances, 100);
  std::this_thread::sleep_for(Milliseconds(10));  // the last one is to be older than now
  std::promise<void> told;
  const auto tell = [&told](const LogRecord& record) {
    if (record.message.starts_with("retention: deleted ")) {
      told.set_value();
    }
  };
  Runtime runtime(
      workloads.store(),
      RuntimeOptions().retention(RetentionPolicy().completed(Milliseconds(0))).log_sink(tell));
  const auto begin = SteadyClock::now();
  if (auto started = runtime.start(); !started) {
    throw std::runtime_error(started.error().to_string());
  }
  told.get_future().wait();
  const double seconds = seconds_since(begin);
  runtime.stop();
  require_empty(ManagementClient(workloads.store()));
  return static_cast<double>(instances) / seconds;
}

}  // namespace

Row measure_retention(const std::filesystem::path& directory, const Options& options) {
  const bool quick = options.quick;
  const std::size_t instances = quick ? 200 : 20'000;
  std::vector<double> raw;
  std::vector<double> at_once;
  std::vector<double> commits;
  std::vector<double> by_retention;
  for (std::size_t i = 0; i < options.runs; ++i) {
    const auto place = directory / std::to_string(i);
    raw.push_back(1 / median(raw_commits(place / "raw", quick ? 20 : 2'000)));
    Workloads workloads(place / "store");
    const Deleted deleted = delete_at_once(workloads, instances);
    at_once.push_back(deleted.per_second);
    commits.push_back(deleted.commits_per_thousand);
    by_retention.push_back(delete_by_retention(workloads, instances));
  }
  return {"retention: deletion of what has ended",
          "",
          {
              {"raw LMDB synced commits", Spread(raw), "commits/s"},
              {"deleted by one call", Spread(at_once), "instances/s", true, 3'000},
              {"commits for 1,000 of them", Spread(commits), "commits"},
              {"deleted by retention", Spread(by_retention), "instances/s", true, 3'000},
          },
          {}};
}
