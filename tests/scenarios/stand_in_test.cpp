// Ordinary activities that the engine thread runs by itself, as they have been short: they may block all
// the same, and hold up nobody.

#include <atomic>
#include <memory>
#include <thread>

#include "scenario.hpp"

namespace duroxide::stand_in_scenario_test {

using namespace duroxide::scenario;

namespace {

Task<std::string> one_activity(OrchestrationContext context, std::string activity) {
  co_return co_await context.schedule_activity(activity);
}

/// Until nobody would expect the next run to last.
void run_often(Scenario& s) {
  for (int i = 0; i < 20; ++i) {
    CHECK(s.run("before " + std::to_string(i), "One", std::string("A")).output() == "done");
  }
}

}  // namespace

TEST_CASE("stand-in: a short ordinary activity runs on the thread that has run the turn",
          "[activities][threads][same-process][engine-thread]") {
  const auto last_turn = std::make_shared<std::atomic<std::thread::id>>();
  const auto ran_there = std::make_shared<std::atomic<bool>>(false);
  Scenario s(EVERY_BACKEND, [=](Runtime& runtime) {
    runtime
        .register_orchestration(
            "One",
            [=](OrchestrationContext context, std::string) -> Task<std::string> {
              *last_turn = std::this_thread::get_id();
              co_return co_await context.schedule_activity("A");
            })
        .register_activity("A", [=] {
          *ran_there = *ran_there || std::this_thread::get_id() == last_turn->load();
          return std::string("done");
        });
  });
  // Whether it has nothing else to do at that moment is chance.
  for (int i = 0; !*ran_there; ++i) {
    REQUIRE(i < 1'000);
    s.run(std::to_string(i), "One");
  }
}

TEST_CASE("stand-in: one that blocks for once holds up nobody",
          "[activities][threads][same-process]") {
  const auto gate = std::make_shared<Gate>();
  const auto blocks = std::make_shared<std::atomic<bool>>(false);
  Scenario s(
      EVERY_BACKEND,
      [=](Runtime& runtime) {
        runtime.register_orchestration("One", one_activity)
            .register_activity("A",
                               [=] {
                                 if (blocks->exchange(false)) {
                                   gate->wait();
                                 }
                                 return std::string("done");
                               })
            .register_activity(
                "Open",
                [=] {
                  gate->open();
                  return std::string("opened");
                },
                ActivityKind::short_running);
      },
      RuntimeOptions().worker_concurrency(1));
  run_often(s);
  *blocks = true;
  s.start("blocks", "One", std::string("A"));
  CHECK(s.run("opens", "One", std::string("Open")).output() == "opened");
  CHECK(s.wait("blocks").output() == "done");
}

TEST_CASE("stand-in: blocking calls may be made there",
          "[activities][threads][client][same-process]") {
  const auto calls = std::make_shared<std::atomic<bool>>(false);
  Scenario s(EVERY_BACKEND, [=](Runtime& runtime) {
    runtime.register_orchestration("One", one_activity)
        .register_activity("A", [=](ActivityContext& context) {
          if (calls->exchange(false)) {
            Client client = context.client();
            const auto started = client.start_orchestration("called", "One", std::string("A"));
            const auto status = client.wait_for_completion("called", Milliseconds(ample));
            return started && status ? std::string("called") : std::string("refused");
          }
          return std::string("done");
        });
  });
  run_often(s);
  *calls = true;
  CHECK(s.run("calls", "One", std::string("A")).output() == "called");
}

}  // namespace duroxide::stand_in_scenario_test
