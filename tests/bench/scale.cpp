#include "scale.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <future>
#include <iostream>
#include <memory>
#include <stdexcept>

#include <duroxide/duroxide.hpp>

#include "workloads.hpp"

using namespace duroxide;

namespace {

Task<std::string> wait_for_go(OrchestrationContext ctx) {
  std::string data = co_await ctx.wait_for_external_event("Go");
  co_return data;
}

/// A store with so many instances that wait for an event, closed again.
void fill_store(const std::filesystem::path& directory, std::size_t instances) {
  auto store = LmdbProvider::open(directory, LmdbOptions().durability(Durability::none)).value();
  Runtime runtime(store);
  runtime.register_orchestration("Wait", wait_for_go);
  runtime.start().value();
  Client client(store);
  std::promise<void> all_started;
  auto missing = std::make_shared<std::size_t>(instances);  // counted on the client's one thread
  for (std::size_t i = 0; i < instances; ++i) {
    client.start_orchestration("waiting-" + std::to_string(i), "Wait", "", StartOptions(),
                               [missing, &all_started](Client::Done) {
                                 if (--*missing == 0) {
                                   all_started.set_value();
                                 }
                               });
  }
  all_started.get_future().wait();
  // The queue is served in order, so when the last start has had its turn all have.
  client.start_orchestration("last", "Wait").value();
  client.raise_event("last", "Go").value();
  client.wait_for_completion("last").value();
  runtime.stop();
}

/// Runs this program again with `--open-store` and reads the two numbers it prints.
std::pair<double, double> opened_in_own_process(const std::filesystem::path& directory) {
  const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
  const std::string command = "'" + program + "' --open-store '" + directory.string() + "'";
  std::FILE* output = ::popen(command.c_str(), "r");
  if (output == nullptr) {
    throw std::runtime_error("cannot run " + command);
  }
  double seconds = 0;
  double megabytes = 0;
  const int read = std::fscanf(output, "%lf %lf", &seconds, &megabytes);
  if (::pclose(output) != 0 || read != 2) {
    throw std::runtime_error("failed: " + command);
  }
  return {seconds, megabytes};
}

}  // namespace

int open_full_store(const std::filesystem::path& directory) {
  const auto begin = SteadyClock::now();
  auto store = LmdbProvider::open(directory).value();
  Runtime runtime(store);
  runtime.register_orchestration("Wait", wait_for_go);
  runtime.start().value();
  Client client(store);
  client.raise_event("waiting-7", "Go", "ready").value();
  client.wait_for_completion("waiting-7").value();
  const double seconds = seconds_since(begin);
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  std::cout << seconds << ' ' << static_cast<double>(usage.ru_maxrss) / 1024.0 << '\n';
  return 0;
}

std::vector<Figure> measure_scale(const std::filesystem::path& directory, bool quick) {
  const std::size_t steps = quick ? 50 : 1'000;
  const std::size_t instances = quick ? 1'000 : 100'000;
  double growth = 0;
  {
    Workloads workloads(directory / "chains");
    const double shorter = workloads.chains(1, steps).rate();
    growth = shorter / workloads.chains(1, 10 * steps).rate();
  }
  fill_store(directory / "full", instances);
  const auto [seconds, megabytes] = opened_in_own_process(directory / "full");
  const std::string store = "store with " + std::to_string(instances) + " waiting instances";
  return {
      {"a step of a chain of " + std::to_string(10 * steps) + ", beside one of " +
           std::to_string(steps),
       growth, "x", true, 1.5, true},
      {store + ", ready", seconds, "s", true, 2, true},
      {store + ", memory", megabytes, "MB", true, 200, true},
  };
}
