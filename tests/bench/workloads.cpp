#include "workloads.hpp"

#include <algorithm>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <functional>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "orchestrations.hpp"
#include "window.hpp"

using namespace duroxide;

namespace {

constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

/// So many of the timers' orchestrations are being started at a time.
constexpr std::size_t most_started_at_once = 256;

std::string waiting_id(std::size_t which) {
  return "waiting-" + std::to_string(which);
}

std::string problem_of(const Client::Status& status) {
  if (!status) {
    return status.error().to_string();
  }
  return status->is_completed() ? "" : status->to_string();
}

/// Starts an orchestration; the window ends when it has completed, `on_end` before that.
void start(Client& client, const std::shared_ptr<Window>& window, const std::string& id,
           const std::string& orchestration, const std::function<void()>& on_end = {}) {
  const auto on_started = [window, id, client, on_end](const Client::Done& started) {
    if (!started) {
      window->end(started.error().to_string());
      return;
    }
    client.wait_for_completion(id, [window, on_end](const Client::Status& status) {
      if (on_end) {
        on_end();
      }
      window->end(problem_of(status));
    });
  };
  client.start_orchestration(id, orchestration, "x", StartOptions(), on_started);
}

/// A coroutine that nobody waits for.
struct Job {
  struct promise_type {
    Job get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

/// As the line server does it.
Job wait_for_both(PendingCall<StartResult> start, PendingCall<std::string> output,
                  std::function<void(const std::string&)> on_end) {
  const auto started = co_await start;
  if (!started) {
    on_end(started.error().to_string());
    co_return;
  }
  const auto ended = co_await output;
  on_end(ended ? "" : ended.error().to_string());
}

}  // namespace

RuntimeOptions traced(double sample_ratio) {
  const auto throw_away = [](const std::string&) { return Result<void, std::string>(); };
  const auto options = TracingOptions().sample_ratio(sample_ratio);
  return RuntimeOptions().interceptor(Tracing::to(throw_away, options).value());
}

Workloads::Workloads(const std::filesystem::path& directory, const LmdbOptions& store_options,
                     const RuntimeOptions& options, ActivityKind activities)
    : Workloads(must(LmdbProvider::open(directory, store_options)), options, activities) {}

Workloads::Workloads(Store store, const RuntimeOptions& options, ActivityKind activities)
    : store_(std::move(store)), runtime_(store_, options), client_(store_) {
  for (const auto& interceptor : options.interceptors()) {
    client_ = client_.with_interceptor(interceptor);
  }
  register_orchestrations(runtime_, activities);
  must(runtime_.start());
}

std::string Workloads::next_id() {
  return "bench-" + std::to_string(++started_);
}

void Workloads::complete(const std::string& id) {
  if (const auto problem = problem_of(client_.wait_for_completion(id)); !problem.empty()) {
    throw std::runtime_error(problem);
  }
}

Run Workloads::hellos(std::size_t times, std::size_t bytes) {
  const std::string input(bytes, 'x');
  std::vector<double> latencies;
  latencies.reserve(times);
  return measured(times, [&] {
    for (std::size_t i = 0; i < times; ++i) {
      const std::string id = next_id();
      const auto begin = SteadyClock::now();
      must(client_.start_orchestration(id, "Hello", input));
      complete(id);
      latencies.push_back(seconds_since(begin));
    }
    return std::move(latencies);
  });
}

Run Workloads::hellos_in_one_call(std::size_t times) {
  constexpr std::chrono::minutes ample(1);
  std::vector<double> latencies;
  latencies.reserve(times);
  return measured(times, [&] {
    for (std::size_t i = 0; i < times; ++i) {
      const std::string id = next_id();
      const auto begin = SteadyClock::now();
      must(client_.run_orchestration(id, "Hello", "x", ample));
      latencies.push_back(seconds_since(begin));
    }
    return std::move(latencies);
  });
}

void Workloads::run(const std::string& orchestration, std::size_t count, std::size_t in_flight) {
  const auto window = std::make_shared<Window>();
  for (std::size_t i = 0; i < count; ++i) {
    window->begin(in_flight);
    start(client_, window, next_id(), orchestration);
  }
  window->finish();
}

Run Workloads::hellos_in_flight(std::size_t times, std::size_t in_flight) {
  // Each place is written by the callback of its own hello.
  const auto latencies = std::make_shared<std::vector<double>>(times);
  return measured(times, [&] {
    const auto window = std::make_shared<Window>();
    for (std::size_t i = 0; i < times; ++i) {
      window->begin(in_flight);
      start(client_, window, next_id(), "Hello",
            [latencies, i, begin = SteadyClock::now()] { (*latencies)[i] = seconds_since(begin); });
    }
    window->finish();
    return *latencies;
  });
}

Run Workloads::requests_in_flight(std::size_t times, std::size_t in_flight) {
  // Each place is written by the request that it is of.
  const auto latencies = std::make_shared<std::vector<double>>(times);
  const auto same = StartOptions().reuse(ReusePolicy::use_existing_same_input);
  const AsyncClient client = client_.async();
  return measured(times, [&] {
    const auto window = std::make_shared<Window>();
    for (std::size_t i = 0; i < times; ++i) {
      window->begin(in_flight);
      const std::string id = next_id();
      const auto begin = SteadyClock::now();
      auto start = client.start_orchestration(id, "Hello", "hello", same);
      auto output = client.wait_for_output<std::string>(id);
      wait_for_both(std::move(start), std::move(output), [=](const std::string& problem) {
        (*latencies)[i] = seconds_since(begin);
        window->end(problem);
      });
    }
    window->finish();
    return *latencies;
  });
}

void Workloads::run_hellos(std::size_t count, std::size_t in_flight) {
  run("Hello", count, in_flight);
}

Run Workloads::fan_outs(std::size_t count, std::size_t in_flight) {
  return measured(count, [&] { run("FanOut", count, in_flight); });
}

Run Workloads::burst(std::size_t count) {
  return measured(count, [&] { run("Hello", count, no_limit); });
}

Run Workloads::chains(std::size_t count, std::size_t steps) {
  return measured(count * steps, [&] {
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < count; ++i) {
      ids.push_back(next_id());
      must(client_.start_orchestration(ids.back(), "Chain", steps));
    }
    for (const std::string& id : ids) {
      complete(id);
    }
  });
}

Run Workloads::signals(std::size_t orchestrations, std::size_t each) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < orchestrations; ++i) {
    ids.push_back(next_id());
    must(client_.start_orchestration(ids.back(), "Signals", each));
  }
  return measured(orchestrations * each, [&] {
    const auto window = std::make_shared<Window>();
    for (std::size_t round = 0; round < each; ++round) {
      for (const std::string& id : ids) {
        window->begin(orchestrations);
        client_.raise_event(id, "Go", std::string("x"),
                            [window](const Client::Done& done) { window->end_with(done); });
      }
    }
    window->finish();
    for (const std::string& id : ids) {
      complete(id);
    }
  });
}

std::vector<std::string> Workloads::start_timers(
    std::size_t count, const std::function<std::int64_t(std::size_t)>& due) {
  const auto window = std::make_shared<Window>();
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < count; ++i) {
    ids.push_back(next_id());
    window->begin(most_started_at_once);
    client_.start_orchestration(ids.back(), "Timer", due(i), StartOptions(),
                                [window](const Client::Done& done) { window->end_with(done); });
  }
  window->finish();
  return ids;
}

std::vector<double> Workloads::lateness_of(const std::vector<std::string>& ids, Milliseconds left) {
  std::vector<double> latencies;
  for (const std::string& id : ids) {
    const auto late =
        must(client_.wait_for_output<std::int64_t>(id, left + std::chrono::minutes(1)));
    latencies.push_back(static_cast<double>(late) / 1e6);
  }
  return latencies;
}

Run Workloads::timers(std::size_t count) {
  const auto time_to_start = Milliseconds(200 + 2 * count);
  const std::int64_t due = to_milliseconds(system_clock()->now() + time_to_start);
  return measured(count, [&] {
    const auto ids = start_timers(count, [due](std::size_t) { return due; });
    return lateness_of(ids, time_to_start);
  });
}

Run Workloads::timers_in_turn(std::size_t count, std::size_t per_second, std::size_t waiting) {
  const std::int64_t far =
      to_milliseconds(system_clock()->now()) + Milliseconds(std::chrono::hours(1)).count();
  (void)start_timers(waiting, [far](std::size_t) { return far; });
  const auto time_to_start = Milliseconds(500 + count);
  const std::int64_t first = to_milliseconds(system_clock()->now() + time_to_start);
  return measured(count, [&] {
    const auto ids = start_timers(count, [&](std::size_t which) {
      return first + static_cast<std::int64_t>(which * 1'000 / per_second);
    });
    return lateness_of(ids, time_to_start + Milliseconds(count * 1'000 / per_second));
  });
}

Run Workloads::arrivals(std::size_t count, std::size_t per_second) {
  const auto apart = std::chrono::nanoseconds(std::chrono::seconds(1)) / per_second;
  // Each place is written by the callback of its own hello.
  const auto latencies = std::make_shared<std::vector<double>>(count);
  return measured(count, [&] {
    const auto window = std::make_shared<Window>();
    const auto begin = SteadyClock::now();
    for (std::size_t i = 0; i < count; ++i) {
      const auto moment = begin + static_cast<std::int64_t>(i) * apart;
      std::this_thread::sleep_until(moment);
      window->begin(no_limit);
      start(client_, window, next_id(), "Hello",
            [latencies, i, moment] { (*latencies)[i] = seconds_since(moment); });
    }
    window->finish();
    return *latencies;
  });
}

void Workloads::start_waiting(std::size_t count) {
  const auto window = std::make_shared<Window>();
  for (std::size_t i = 0; i < count; ++i) {
    window->begin(no_limit);
    client_.start_orchestration(waiting_id(i), "Wait", "", StartOptions(),
                                [window](const Client::Done& done) { window->end_with(done); });
  }
  window->finish();
  // The queue is served in order, so when this one has had its turn all have.
  must(client_.start_orchestration("last", "Wait"));
  must(client_.raise_event("last", "Go"));
  complete("last");
}

void Workloads::finish_waiting(std::size_t which) {
  must(client_.raise_event(waiting_id(which), "Go"));
  complete(waiting_id(which));
}
