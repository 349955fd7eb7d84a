// Whether an instance stays in memory between its turns must make no difference to its history.

#include <array>
#include <atomic>
#include <memory>
#include <mutex>

#include "scenario.hpp"

namespace duroxide::residency_test {

using namespace duroxide::scenario;

namespace {

Task<std::string> child(OrchestrationContext context, int input) {
  const int doubled = co_await context.schedule_activity<int>("Double", input);
  co_return std::to_string(doubled);
}

/// Some of everything, in an order that does not depend on timing.
Task<std::string> everything(OrchestrationContext context, int round) {
  const Timestamp now = context.utc_now();
  const std::string guid = context.new_guid();
  std::string result = co_await context.wait_for_external_event("E");
  const int doubled = co_await context.schedule_activity<int>("Double", round);
  co_await context.schedule_timer(1ms);
  try {
    co_await context.schedule_activity("Fail");
  } catch (const ActivityFailed& failed) {
    result += failed.details().message;
  }
  auto options = SubOrchestrationOptions().instance_id(context.instance_id() + "-child-" +
                                                       std::to_string(round));
  result += co_await context.schedule_sub_orchestration("Child", doubled, options);
  auto loser = context.wait_for_external_event("Never");
  auto winner = context.schedule_timer(0ms);
  co_await when_any(std::move(loser), std::move(winner));
  co_await context.schedule_activity("Check", guid + std::to_string(to_milliseconds(now)));
  co_await context.schedule_activity("Check", guid + std::to_string(to_milliseconds(now)));
  if (round < 3) {
    co_await context.continue_as_new(round + 1);
  }
  co_return result;
}

Task<int> chain(OrchestrationContext context, int steps) {
  int sum = 0;
  for (int i = 0; i < steps; ++i) {
    sum = co_await context.schedule_activity<int>("AddOne", sum);
  }
  co_return sum;
}

/// What the activity `Check` was given.
struct Checked {
  std::mutex mutex;
  std::vector<std::string> texts;
};

struct Registrations {
  std::shared_ptr<Checked> checked = std::make_shared<Checked>();

  void operator()(Runtime& runtime) const {
    runtime.register_orchestration("Child", child)
        .register_orchestration("Everything", everything)
        .register_orchestration("Chain", chain)
        .register_activity("AddOne", [](int number) { return number + 1; })
        .register_activity("Double", [](int number) { return 2 * number; })
        .register_activity("Fail", [] { throw std::runtime_error("failed"); })
        .register_activity("Check", [checked = checked](std::string text) {
          const std::lock_guard lock(checked->mutex);
          checked->texts.push_back(std::move(text));
        });
  }
};

/// A history without what differs from run to run.
std::vector<Event> comparable(std::vector<Event> events) {
  for (Event& event : events) {
    event.timestamp = Timestamp();
    if (auto* timer = std::get_if<event::TimerCreated>(&event.kind)) {
      timer->fire_at = Timestamp();
    } else if (auto* fired = std::get_if<event::TimerFired>(&event.kind)) {
      fired->fire_at = Timestamp();
    } else if (auto* time = std::get_if<event::UtcNowRecorded>(&event.kind)) {
      time->time = Timestamp();
    } else if (auto* guid = std::get_if<event::GuidRecorded>(&event.kind)) {
      guid->guid.clear();
    } else if (auto* activity = std::get_if<event::ActivityScheduled>(&event.kind)) {
      if (activity->name == "Check") {
        activity->input = {};
      }
    }
  }
  return events;
}

struct Run {
  std::string output;
  std::vector<std::vector<Event>> histories;
  std::vector<std::string> checked;
};

Run run_with(Backend backend, std::size_t residency) {
  const Registrations registrations;
  Scenario s(backend, registrations, RuntimeOptions().max_resident_instances(residency));
  s.stop_runtime();
  s.start("i", "Everything", 1);
  for (const char* data : {"a", "b", "c"}) {
    s.raise("i", "E", std::string(data));
  }
  s.start_runtime();
  Run run;
  run.output = s.wait("i").output();
  for (std::uint64_t execution = 1; execution <= 3; ++execution) {
    run.histories.push_back(comparable(s.history("i", execution)));
  }
  s.stop_runtime();
  run.checked = registrations.checked->texts;
  CHECK(s.depths() == QueueDepths{});
  return run;
}

}  // namespace

TEST_CASE("without residency the history is the same as with it",
          "[residency][replay][same-process]") {
  const Backend backend = EVERY_BACKEND;
  const Run resident = run_with(backend, 100);
  const Run rebuilt = run_with(backend, 0);
  const Run squeezed = run_with(backend, 1);
  CHECK(resident.output == "cfailed12");
  CHECK(rebuilt.output == resident.output);
  CHECK(rebuilt.histories == resident.histories);
  CHECK(squeezed.histories == resident.histories);
}

TEST_CASE("recorded times and guids are the same at every replay",
          "[residency][replay][recorded][same-process]") {
  const Run run = run_with(EVERY_BACKEND, 0);
  REQUIRE(run.checked.size() == 6);
  CHECK(run.checked[0] == run.checked[1]);
  CHECK(run.checked[2] == run.checked[3]);
  CHECK(run.checked[0] != run.checked[2]);
}

TEST_CASE("what a side effect has made stays, over restarts and from execution to execution",
          "[residency][replay][recorded][same-process]") {
  // Each call makes another value, and what is made is committed before an activity hears of it.
  const auto calls = std::make_shared<std::atomic<int>>(0);
  const auto committed = std::make_shared<std::array<Gate, 3>>();
  const auto registrations = [calls, committed](Runtime& runtime) {
    runtime
        .register_orchestration(
            "Draws",
            [calls](OrchestrationContext context, std::string before) -> Task<std::string> {
              const auto draw = [calls] { return ++*calls; };
              const int drawn = context.side_effect("draw", draw);
              co_await context.schedule_activity("Drawn", drawn);
              co_await context.wait_for_external_event("Go");
              const std::string all = before + std::to_string(drawn);
              if (all.size() < 3) {
                co_await context.continue_as_new(all);
              }
              co_return all;
            })
        .register_activity("Drawn", [committed](int drawn) {
          committed->at(static_cast<std::size_t>(drawn - 1)).open();
          return drawn;
        });
  };
  Scenario s(EVERY_BACKEND, registrations,
             RuntimeOptions().max_resident_instances(GENERATE(0U, 100U)));
  s.start("i", "Draws");
  for (Gate& gate : *committed) {
    gate.wait();
    s.restart();
    s.raise("i", "Go");
  }
  CHECK(s.wait("i").output() == "123");
  CHECK(*calls == 3);
}

TEST_CASE("a chain of a thousand steps, replayed at every one, has the same history",
          "[residency][replay][activities][own-store]") {
  const auto history = [](std::size_t residency) {
    Scenario s(Backend::lmdb, Registrations(),
               RuntimeOptions().max_resident_instances(residency).history_warning(0));
    CHECK(s.run("i", "Chain", 1'000).output() == "1000");
    return comparable(s.history("i"));
  };
  const auto resident = history(1);
  CHECK(resident.size() == 2'002);
  CHECK((history(0) == resident));
}

TEST_CASE("a chain of ten thousand steps in one execution", "[residency][activities]") {
  Scenario s(EVERY_BACKEND, Registrations(), RuntimeOptions().history_warning(0));
  CHECK(s.run("i", "Chain", 10'000).output() == "10000");
}

TEST_CASE("more instances than may stay in memory", "[residency]") {
  Scenario s(EVERY_BACKEND, Registrations(), RuntimeOptions().max_resident_instances(3));
  for (int i = 0; i < 50; ++i) {
    s.start(std::to_string(i), "Child", i);
  }
  for (int i = 0; i < 50; ++i) {
    CHECK(s.wait(std::to_string(i)).output() == std::to_string(2 * i));
  }
}

TEST_CASE("what is idle for a while leaves memory and comes back", "[residency]") {
  Scenario s(EVERY_BACKEND, Registrations(), RuntimeOptions().idle_eviction(Milliseconds(1)));
  for (int i = 0; i < 20; ++i) {
    s.start(std::to_string(i), "Everything", 3);
  }
  for (int i = 0; i < 20; ++i) {
    s.raise(std::to_string(i), "E", std::string("x"));
  }
  for (int i = 0; i < 20; ++i) {
    CHECK(s.wait(std::to_string(i)).output() == "xfailed12");
  }
}

}  // namespace duroxide::residency_test
