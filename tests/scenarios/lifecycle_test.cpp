// Starting and stopping runtimes, delayed and repeated starts.

#include <atomic>
#include <thread>

#include <duroxide/provider.hpp>

#include "scenario.hpp"

namespace duroxide::lifecycle_test {

using namespace duroxide::scenario;

namespace {

Task<std::string> calls(OrchestrationContext context, std::string activity) {
  co_return co_await context.schedule_activity(activity);
}

Task<int> chain(OrchestrationContext context, int length) {
  int sum = 0;
  for (int i = 0; i < length; ++i) {
    sum += co_await context.schedule_activity<int>("One");
  }
  co_return sum;
}

/// Four activities in each of five executions.
Task<int> executions(OrchestrationContext context, int sum) {
  constexpr int activities = 4;
  for (int i = 0; i < activities; ++i) {
    sum += co_await context.schedule_activity<int>("One");
  }
  if (context.execution_id() < 5) {
    co_await context.continue_as_new(sum);
  }
  co_return sum;
}

struct Registrations {
  std::shared_ptr<Gate> entered = std::make_shared<Gate>();
  std::shared_ptr<Gate> leave = std::make_shared<Gate>();
  std::shared_ptr<std::atomic<int>> runs = std::make_shared<std::atomic<int>>(0);

  void operator()(Runtime& runtime) const {
    runtime.register_orchestration("Calls", calls)
        .register_orchestration("Chain", chain)
        .register_orchestration("Executions", executions)
        .register_activity("One", [] { return 1; })
        .register_activity("Long", [entered = entered, leave = leave, runs = runs] {
          ++*runs;
          entered->open();
          leave->wait();
          return "finished";
        });
  }
};

}  // namespace

TEST_CASE("stop waits for a running activity", "[stop][same-process]") {
  const Registrations registrations;
  Scenario s(EVERY_BACKEND, registrations);
  s.start("i", "Calls", std::string("Long"));
  registrations.entered->wait();
  std::thread opener([&] { registrations.leave->open(); });
  s.runtime().stop();
  opener.join();
  CHECK_FALSE(s.runtime().is_running());
  REQUIRE(s.runtime().start());
  CHECK(s.wait("i").output() == "finished");
  CHECK(*registrations.runs == 1);
}

TEST_CASE("stop does not wait for ever; what runs too long runs again",
          "[stop][restart][same-process]") {
  const Registrations registrations;
  Scenario s(EVERY_BACKEND, registrations, RuntimeOptions().stop_timeout(Milliseconds(20)));
  s.start("i", "Calls", std::string("Long"));
  registrations.entered->wait();
  s.runtime().stop();
  CHECK(s.client().get_status("i").value().is_running());
  REQUIRE(s.runtime().start());
  registrations.leave->open();
  CHECK(s.wait("i").output() == "finished");
  CHECK(*registrations.runs == 2);
}

TEST_CASE("stop without anything to do, twice, and without a start", "[stop][same-process]") {
  Scenario s(EVERY_BACKEND, Registrations());
  s.runtime().stop();
  s.runtime().stop();
  Runtime never(s.engine_store());
  never.stop();
  CHECK_FALSE(never.is_running());
}

TEST_CASE("a runtime that is moved", "[registration][same-process]") {
  Scenario s(EVERY_BACKEND, Registrations());
  Runtime moved = std::move(s.runtime());
  CHECK(moved.is_running());
  CHECK(s.run("i", "Chain", 3).output() == "3");
  Runtime target(s.engine_store());
  target = std::move(moved);
  CHECK(s.run("j", "Chain", 3).output() == "3");
}

TEST_CASE("work goes on where it stood after a restart, at any step", "[restart][timers][replay]") {
  Scenario s(EVERY_BACKEND, Registrations());
  s.start("i", "Chain", 400);
  for (int restarts = 0; restarts < 5; ++restarts) {
    const std::size_t before = s.types("i").size();
    while (s.types("i").size() < before + 20 && s.client().get_status("i").value().is_running()) {
    }
    s.restart();
  }
  CHECK(s.wait("i").output() == "400");
  CHECK(s.types("i").size() == 2 + 2 * 400);
}

TEST_CASE("two runtimes share a store", "[turns][workers][same-process]") {
  Scenario s(EVERY_BACKEND, Registrations());
  Runtime second(s.engine_store());
  Registrations()(second);
  REQUIRE(second.start());
  for (int i = 0; i < 50; ++i) {
    s.start(std::to_string(i), "Chain", 5);
  }
  second.stop();
  for (int i = 0; i < 50; ++i) {
    CHECK(s.wait(std::to_string(i)).output() == "5");
  }
}

TEST_CASE("chains of executions, many at once, each with a history that ends with its end",
          "[continue-as-new][history]") {
  Scenario s(EVERY_BACKEND, Registrations(),
             RuntimeOptions().max_resident_instances(GENERATE(0U, 100U)));
  const int count = GENERATE(1, 20);
  for (int i = 0; i < count; ++i) {
    s.start(std::to_string(i), "Executions", 0);
  }
  const ManagementClient management(s.store());
  for (int i = 0; i < count; ++i) {
    const std::string id = std::to_string(i);
    CHECK(s.wait(id).output() == "20");
    CHECK(management.list_executions(id).value() == std::vector<std::uint64_t>{1, 2, 3, 4, 5});
    for (std::uint64_t execution = 1; execution <= 5; ++execution) {
      const auto events = s.history(id, execution);
      REQUIRE(events.size() == 10);
      CHECK(std::get<event::OrchestrationStarted>(events.front().kind).input ==
            std::to_string(4 * (execution - 1)));
      CHECK(event_type(events.back().kind) ==
            (execution < 5 ? "OrchestrationContinuedAsNew" : "OrchestrationCompleted"));
      for (std::size_t e = 0; e + 1 < events.size(); ++e) {
        CHECK_FALSE(is_terminal(events[e].kind));
      }
    }
  }
  CHECK(s.depths() == QueueDepths{});
}

TEST_CASE("a second start of an id", "[starts]") {
  Scenario s(EVERY_BACKEND, Registrations());
  CHECK(s.run("i", "Chain", 2).output() == "2");
  CHECK(s.client().start_orchestration("i", "Chain", 5).error().kind ==
        ClientError::Kind::instance_already_exists);
  s.start("i", "Chain", 5, StartOptions().reuse(ReusePolicy::use_existing));
  CHECK(s.wait("i").output() == "2");
}

TEST_CASE("a delayed start is listed at once and begins later", "[starts][timers]") {
  Scenario s(EVERY_BACKEND, Registrations());
  REQUIRE(s.client().schedule_orchestration("soon", "Chain", 1, 30ms));
  REQUIRE(s.client().schedule_orchestration("late", "Chain", 1, std::chrono::hours(1)));
  CHECK(s.client().get_status("late").value().is_running());
  CHECK(s.client().start_orchestration("late", "Chain", 1).error().kind ==
        ClientError::Kind::instance_already_exists);
  CHECK(s.wait("soon").output() == "1");
  CHECK(s.types("late").empty());
}

TEST_CASE("waiting: unknown instances, and too long", "[waits][same-process]") {
  Scenario s(EVERY_BACKEND, Registrations());
  CHECK(s.client().wait_for_completion("nobody", ample).error().kind ==
        ClientError::Kind::instance_not_found);
  CHECK(s.client().get_status("nobody").value().is_not_found());
  const Registrations registrations;
  s.restart(registrations);
  s.start("i", "Calls", std::string("Long"));
  CHECK(s.client().wait_for_completion("i", 1ms).error().kind == ClientError::Kind::timeout);
  registrations.leave->open();
  CHECK(s.wait("i").is_completed());
  const auto statuses = s.client().get_bulk_status({"i", "nobody", "i"}).value();
  CHECK(statuses[0].second.is_completed());
  CHECK(statuses[1].second.is_not_found());
  CHECK(statuses[2].first == "i");
}

TEST_CASE("a run gives the output, and a run that takes too long leaves the instance",
          "[client][starts][waits]") {
  Scenario s(EVERY_BACKEND, Registrations());
  const auto once = StartOptions().reuse(ReusePolicy::use_existing_same_input);
  CHECK(s.client().run_orchestration<int>("i", "Chain", 3, ample) == 3);
  CHECK(s.client().run_orchestration<int>("i", "Chain", 3, ample, once) == 3);
  const auto again = s.client().run_orchestration<int>("i", "Chain", 3, ample);
  REQUIRE_FALSE(again);
  CHECK(again.error().kind == ClientError::Kind::instance_already_exists);
  const auto at_once = s.client().run_orchestration<int>("later", "Chain", 2, 0ms);
  CHECK((at_once ? *at_once == 2 : at_once.error().kind == ClientError::Kind::timeout));
  CHECK(s.client().run_orchestration<int>("later", "Chain", 2, ample, once) == 2);
}

TEST_CASE("many threads use one client", "[threads]") {
  Scenario s(EVERY_BACKEND, Registrations());
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        const std::string id = std::to_string(t) + "-" + std::to_string(i);
        if (s.client().start_orchestration(id, "Chain", 2) &&
            s.client().wait_for_output<int>(id, ample) == 2) {
          ++good;
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  CHECK(good == 160);
}

TEST_CASE("a store that ends is told to everybody who waits", "[waits][store][same-process]") {
  const Registrations registrations;
  Scenario s(EVERY_BACKEND, registrations);
  s.start("i", "Calls", std::string("Long"));
  registrations.entered->wait();
  Gate told;
  std::optional<ClientError> heard;
  s.client().wait_for_completion("i", [&](Client::Status status) {
    heard = status ? std::nullopt : std::optional<ClientError>(status.error());
    told.open();
  });
  actors::stop(provider_of(s.engine_store()));
  told.wait();
  REQUIRE(heard);
  CHECK(heard->kind == ClientError::Kind::storage_error);
  CHECK(s.client().wait_for_completion("i", ample).error().kind ==
        ClientError::Kind::storage_error);
  CHECK(s.client().get_status("i").error().kind == ClientError::Kind::storage_error);
  registrations.leave->open();
  s.runtime().stop();
  CHECK_FALSE(s.runtime().is_running());
  CHECK(s.runtime().start().error().kind == RuntimeError::Kind::storage_error);
}

TEST_CASE("the last handle of a store may be dropped by a callback",
          "[threads][store][own-store]") {
  auto client = std::make_unique<Client>(MemoryProvider::create());
  auto copy = std::make_shared<Client>(*client);
  auto dropped = std::make_shared<Gate>();
  Client& last = *copy;
  last.get_orchestration_status(
      "i", [copy = std::move(copy), dropped](const Client::Status&) { dropped->open(); });
  client.reset();
  dropped->wait();
}

}  // namespace duroxide::lifecycle_test
