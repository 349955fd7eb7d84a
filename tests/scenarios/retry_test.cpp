// Calls that are tried again, end to end.

#include <algorithm>
#include <map>
#include <mutex>

#include "scenario.hpp"

namespace duroxide::retry_test {

using namespace duroxide::scenario;

namespace {

struct Report {
  std::string instance;
  int attempt = 0;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("instance", instance), cereal::make_nvp("attempt", attempt));
  }
};

/// How often the activity was called, for each execution of each instance.
struct Calls {
  std::mutex mutex;
  std::map<std::pair<std::string, std::uint64_t>, int> counts;

  int next(const ActivityContext& context) {
    const std::lock_guard lock(mutex);
    return ++counts[{context.instance_id(), context.execution_id()}];
  }
  int of(const std::string& instance, std::uint64_t execution = 1) {
    const std::lock_guard lock(mutex);
    return counts[{instance, execution}];
  }
};

ActivityOptions stubborn() {
  return ActivityOptions()
      .retry(RetryPolicy().max_attempts(10).backoff(Backoff::none()))
      .timeout(std::chrono::hours(1));
}

Task<Report> one_call(OrchestrationContext context, int succeeds_at) {
  Report report = co_await context.schedule_activity<Report>("Flaky", succeeds_at, stubborn());
  co_return report;
}

/// A call in each of three executions, with a wait between its attempts.
Task<int> chain(OrchestrationContext context, int sum) {
  const auto execution = static_cast<int>(context.execution_id());
  auto options = stubborn().retry(RetryPolicy().backoff(Backoff::fixed(1ms)));
  const Report report = co_await context.schedule_activity<Report>("Flaky", execution, options);
  sum += report.attempt;
  if (execution < 3) {
    co_await context.continue_as_new(sum);
  }
  co_return sum;
}

struct Registrations {
  std::shared_ptr<Calls> calls = std::make_shared<Calls>();

  void operator()(Runtime& runtime) const {
    runtime.register_orchestration("OneCall", one_call)
        .register_orchestration("Chain", chain)
        .register_activity("Flaky", [calls = calls](ActivityContext& context, int succeeds_at) {
          const int attempt = calls->next(context);
          if (attempt < succeeds_at) {
            throw std::runtime_error("attempt " + std::to_string(attempt));
          }
          return Report{context.instance_id(), attempt};
        });
  }
};

std::ptrdiff_t count(const std::vector<std::string>& types, const std::string& type) {
  return std::count(types.begin(), types.end(), type);
}

}  // namespace

TEST_CASE("a call is tried again until it succeeds", "[retry][same-process]") {
  const Registrations registrations;
  Scenario s(EVERY_BACKEND, registrations);
  const int attempts = GENERATE(1, 2, 10);
  s.start("i", "OneCall", attempts);
  const auto report = s.client().wait_for_output<Report>("i", ample).value();
  CHECK(report.instance == "i");
  CHECK(report.attempt == attempts);
  CHECK(registrations.calls->of("i") == attempts);
  CHECK(count(s.types("i"), "ActivityScheduled") == attempts);
  CHECK(s.depths() == QueueDepths{});  // nor does the timer of its timeout go on
}

TEST_CASE("a call that never succeeds fails with its last error", "[retry][same-process]") {
  const Registrations registrations;
  Scenario s(EVERY_BACKEND, registrations);
  s.start("i", "OneCall", 11);
  const auto details = s.failure_of("i");
  CHECK(details.kind == ErrorKind::activity_failed);
  CHECK(details.message == "attempt 10");
  CHECK(registrations.calls->of("i") == 10);
}

TEST_CASE("a call is tried again in each execution of a chain",
          "[retry][continue-as-new][same-process]") {
  const Registrations registrations;
  Scenario s(EVERY_BACKEND, registrations,
             RuntimeOptions().max_resident_instances(GENERATE(0U, 100U)));
  CHECK(s.run("i", "Chain", 0).output() == "6");
  for (const int execution : {1, 2, 3}) {
    const auto id = static_cast<std::uint64_t>(execution);
    CHECK(registrations.calls->of("i", id) == execution);
    CHECK(count(s.types("i", id), "ActivityScheduled") == execution);
    // One for the timeout, and one before each attempt but the first.
    CHECK(count(s.types("i", id), "TimerCreated") == execution);
  }
  CHECK(s.depths() == QueueDepths{});
}

TEST_CASE("many instances try again, each for itself", "[retry][same-process]") {
  const Registrations registrations;
  Scenario s(EVERY_BACKEND, registrations, RuntimeOptions().worker_concurrency(8));
  for (int i = 0; i < 40; ++i) {
    s.start(std::to_string(i), "OneCall", 1 + i % 4);
  }
  for (int i = 0; i < 40; ++i) {
    const std::string id = std::to_string(i);
    const auto report = s.client().wait_for_output<Report>(id, ample).value();
    CHECK(report.instance == id);
    CHECK(report.attempt == 1 + i % 4);
    CHECK(registrations.calls->of(id) == 1 + i % 4);
  }
  CHECK(s.depths() == QueueDepths{});
}

}  // namespace duroxide::retry_test
