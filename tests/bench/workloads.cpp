#include "workloads.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace duroxide;

namespace {

using SteadyClock = std::chrono::steady_clock;

Task<std::string> hello(OrchestrationContext ctx, std::string input) {
  std::string output = co_await ctx.schedule_activity("Nothing", input);
  co_return output;
}

Task<std::string> fan_out(OrchestrationContext ctx, std::string input) {
  std::vector<DurableFuture<std::string>> activities;
  for (int i = 0; i < 5; ++i) {
    activities.push_back(ctx.schedule_activity("Nothing", input));
  }
  const std::vector<std::string> outputs = co_await when_all(std::move(activities));
  co_return outputs.front();
}

Task<std::string> chain(OrchestrationContext ctx, std::size_t steps) {
  std::string value = "x";
  for (std::size_t i = 0; i < steps; ++i) {
    value = co_await ctx.schedule_activity("Nothing", value);
  }
  co_return value;
}

/// The value of a result; throws its error.
template <class R>
auto must(R result) {
  if (!result) {
    throw std::runtime_error(result.error().to_string());
  }
  return std::move(*result);
}

void must_complete(const Client::Status& status) {
  if (!must(status).is_completed()) {
    throw std::runtime_error(status->to_string());
  }
}

double seconds_since(SteadyClock::time_point begin) {
  return std::chrono::duration<double>(SteadyClock::now() - begin).count();
}

/// Counts what is under way; shared with callbacks.
struct Window {
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t under_way = 0;
  std::string error;

  void wait_below(std::size_t limit) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return under_way < limit; });
  }
  void begin_one() {
    const std::lock_guard lock(mutex);
    ++under_way;
  }
  void end_one(const std::string& problem) {
    const std::lock_guard lock(mutex);
    --under_way;
    if (!problem.empty()) {
      error = problem;
    }
    changed.notify_all();
  }
};

}  // namespace

Workloads::Workloads(const std::filesystem::path& directory)
    : store_(must(LmdbProvider::open(directory))), runtime_(store_), client_(store_) {
  runtime_.register_orchestration("Hello", hello)
      .register_orchestration("FanOut", fan_out)
      .register_orchestration("Chain", chain)
      .register_activity("Nothing", [](const std::string& input) { return input; });
  must(runtime_.start());
}

std::string Workloads::next_id() {
  return "bench-" + std::to_string(++started_);
}

double Workloads::hello_latency(std::size_t times) {
  std::vector<double> latencies;
  for (std::size_t i = 0; i < times; ++i) {
    const std::string id = next_id();
    const auto begin = SteadyClock::now();
    must(client_.start_orchestration(id, "Hello", "x"));
    must_complete(client_.wait_for_completion(id));
    latencies.push_back(seconds_since(begin));
  }
  std::sort(latencies.begin(), latencies.end());
  return latencies[latencies.size() / 2];
}

void Workloads::run(const std::string& orchestration, std::size_t count, std::size_t in_flight) {
  auto window = std::make_shared<Window>();
  for (std::size_t i = 0; i < count; ++i) {
    window->wait_below(in_flight);
    window->begin_one();
    const std::string id = next_id();
    auto on_started = [window, id, client = client_](Client::Done started) {
      if (!started) {
        window->end_one(started.error().to_string());
        return;
      }
      client.wait_for_completion(id, [window](Client::Status status) {
        if (!status) {
          window->end_one(status.error().to_string());
        } else {
          window->end_one(status->is_completed() ? "" : status->to_string());
        }
      });
    };
    client_.start_orchestration(id, orchestration, "x", StartOptions(), std::move(on_started));
  }
  window->wait_below(1);
  if (!window->error.empty()) {
    throw std::runtime_error(window->error);
  }
}

double Workloads::fan_out_rate(std::size_t orchestrations, std::size_t in_flight) {
  const auto begin = SteadyClock::now();
  run("FanOut", orchestrations, in_flight);
  return static_cast<double>(orchestrations) / seconds_since(begin);
}

void Workloads::run_hellos(std::size_t count, std::size_t in_flight) {
  run("Hello", count, in_flight);
}

double Workloads::chain_rate(std::size_t steps) {
  const std::string id = next_id();
  const auto begin = SteadyClock::now();
  must(client_.start_orchestration(id, "Chain", steps));
  must_complete(client_.wait_for_completion(id));
  return static_cast<double>(steps) / seconds_since(begin);
}
