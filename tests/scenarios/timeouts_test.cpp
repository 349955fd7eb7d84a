// Instances that may take so long and no longer: `StartOptions::timeout`.

#include <algorithm>
#include <atomic>

#include <duroxide/testing.hpp>

#include "scenario.hpp"

namespace duroxide::timeouts_test {

using namespace duroxide::scenario;
using testkit::TestOptions;
using testkit::TestSystem;

namespace {

Task<std::string> sleeper(OrchestrationContext context) {
  co_await context.schedule_timer(24h);
  co_return "slept";
}

Task<std::string> parent(OrchestrationContext context) {
  co_return co_await context.schedule_sub_orchestration("Sleeper", "");
}

Task<std::string> in_steps(OrchestrationContext context, int step) {
  const auto each = 1h;  // a local here is what GCC 12 needs
  co_await context.schedule_timer(each);
  if (step < 5) {
    co_await context.continue_as_new(step + 1);
  }
  co_return "done";
}

Task<std::string> cleans_up(OrchestrationContext context) {
  std::string reason;
  try {
    co_await context.schedule_timer(24h);
  } catch (const OrchestrationCancelled& stopped) {
    reason = stopped.reason();
  }
  const auto shield = context.shield();
  co_await context.schedule_timer(2h);
  context.set_custom_status("cleaned up: " + reason);
  co_return "ended";
}

void timeout_registrations(Runtime& runtime) {
  runtime.register_orchestration("Sleeper", sleeper)
      .register_orchestration("Parent", parent)
      .register_orchestration("InSteps", in_steps)
      .register_orchestration("CleansUp", cleans_up);
}

StartOptions within(Milliseconds timeout) {
  return StartOptions().timeout(timeout);
}

void check_timed_out(const OrchestrationStatus& status, const std::string& message) {
  REQUIRE(status.is_failed());
  CHECK_FALSE(status.is_cancelled());
  CHECK(status.error()->kind == ErrorKind::timed_out);
  CHECK(status.error()->message == message);
}

constexpr auto after_90_minutes = "the instance has not ended within 5400000 ms of its start";

std::vector<std::string> types_of(TestSystem& test, const std::string& instance,
                                  std::uint64_t execution = 1) {
  std::vector<std::string> types;
  const auto history = test.history(instance, execution);
  for (const Event& each : history.events()) {
    types.emplace_back(event_type(each.kind));
  }
  return types;
}

QueueDepths depths_of(TestSystem& test) {
  return test.client().management().value().get_queue_depths().value();
}

}  // namespace

TEST_CASE("an instance that takes longer than its timeout ends as timed out",
          "[timers][cancellation][own-store]") {
  TestSystem test(timeout_registrations);
  SECTION("counted from its start") {
    test.start("i", "Sleeper", std::string(), within(90min));
    check_timed_out(test.wait("i"), after_90_minutes);
    CHECK(test.elapsed() == 90min);
    CHECK(types_of(test, "i") == std::vector<std::string>{"OrchestrationStarted", "TimerCreated",
                                                          "OrchestrationCancelRequested",
                                                          "TimerCancelled", "OrchestrationFailed"});
  }
  SECTION("counted from its start, if that is delayed") {
    test.start("i", "Sleeper", std::string(), within(90min).delay(1h));
    check_timed_out(test.wait("i"), after_90_minutes);
    CHECK(test.elapsed() == 150min);
  }
  SECTION("over all its executions") {
    test.start("i", "InSteps", 1, within(150min));
    check_timed_out(test.wait("i"), "the instance has not ended within 9000000 ms of its start");
    CHECK(test.elapsed() == 150min);
    CHECK(types_of(test, "i", 3).back() == "OrchestrationFailed");
  }
  SECTION("with its children") {
    test.start("i", "Parent", std::string(), within(90min));
    check_timed_out(test.wait("i"), after_90_minutes);
    CHECK(test.elapsed() == 90min);
    CHECK(test.status("i::sub::1.2").is_cancelled());
  }
  SECTION("when it has cleaned up") {
    test.start("i", "CleansUp", std::string(), within(90min));
    const auto status = test.wait("i");
    check_timed_out(status, after_90_minutes);
    CHECK(status.custom_status() == std::string("cleaned up: ") + after_90_minutes);
    CHECK(test.elapsed() == 90min + 2h);
  }
  SECTION("although no runtime knows it, when one looks at it again") {
    test.start("i", "Nowhere", std::string(), within(90min));
    test.advance(92min);
    check_timed_out(test.status("i"), after_90_minutes);
  }
  CHECK(depths_of(test).timer_queue == 0);
}

TEST_CASE("a timeout outlives crashes", "[timers][restart][own-store]") {
  TestSystem test(timeout_registrations);
  const auto turn = GENERATE(1u, 2u, 3u);
  test.crash_after_turn(turn);
  test.start("i", "InSteps", 1, within(150min));
  test.advance(70min);
  test.crash();
  check_timed_out(test.wait("i"), "the instance has not ended within 9000000 ms of its start");
  CHECK(test.elapsed() == 150min);
}

TEST_CASE("an instance that ends in time leaves nothing of its timeout", "[timers][own-store]") {
  TestSystem test(timeout_registrations);
  SECTION("by itself") {
    test.start("i", "InSteps", 1, within(48h));
    CHECK(test.wait("i").output() == "done");
  }
  SECTION("since it is cancelled") {
    test.start("i", "Sleeper", std::string(), within(48h));
    test.cancel("i", "enough");
    CHECK(test.status("i").is_cancelled());
  }
  SECTION("since it is terminated") {
    test.start("i", "Sleeper", std::string(), within(48h));
    REQUIRE(test.client().management().value().terminate_instance("i", "enough"));
    CHECK(test.status("i").is_cancelled());
  }
  SECTION("since another takes its place") {
    test.start("i", "Sleeper", std::string(), within(48h));
    test.start("i", "Sleeper", std::string(),
               StartOptions().reuse(ReusePolicy::terminate_existing));
    test.advance(24h);
    CHECK(test.status("i").is_completed());
  }
  CHECK(depths_of(test).timer_queue == 0);
  test.advance(72h);
  CHECK_FALSE(test.status("i").is_running());
}

TEST_CASE("who is cancelled before the timeout is cancelled, whatever it still cleans up",
          "[timers][cancellation][own-store]") {
  TestSystem test(timeout_registrations);
  test.start("i", "CleansUp", std::string(), within(90min));
  test.advance(1h);
  test.cancel("i", "enough");
  const auto status = test.wait("i");
  CHECK(status.is_cancelled());
  CHECK(test.elapsed() == 3h);
  CHECK(depths_of(test).timer_queue == 0);
}

TEST_CASE("a timed out instance that is rewound goes on without a timeout",
          "[timers][restore][own-store]") {
  TestSystem test(timeout_registrations);
  test.start("i", "Sleeper", std::string(), within(90min));
  check_timed_out(test.wait("i"), after_90_minutes);
  REQUIRE(test.client().management().value().rewind_instance("i"));
  CHECK(test.wait("i").output() == "slept");
  CHECK(test.elapsed() == 24h);
}

TEST_CASE("a copy of an instance has no timeout", "[timers][restore][own-store]") {
  TestSystem test(timeout_registrations);
  test.start("i", "Sleeper", std::string(), within(90min));
  const std::string document = test.exported("i");
  CHECK(document.find("timed_out") == std::string::npos);
}

TEST_CASE("the timeout of an instance is no message to it", "[timers][messages][own-store]") {
  TestSystem test(timeout_registrations);
  test.start("i", "Sleeper", std::string(), within(90min));
  CHECK(test.client().management().value().list_messages("i").value().empty());
}

TEST_CASE("a timeout that is none is refused", "[timers][limits][own-store]") {
  Scenario s(Backend::memory, timeout_registrations);
  for (const auto timeout : {Milliseconds(0), Milliseconds(-1), max_delay + 1ms}) {
    const auto started =
        s.client().start_orchestration("i", "Sleeper", std::string(), within(timeout));
    REQUIRE_FALSE(started);
    CHECK(started.error().kind == ClientError::Kind::invalid_input);
    CHECK(started.error().message ==
          "the timeout is not longer than zero, or longer than 100 years");
  }
}

TEST_CASE("timeouts by the store's own clock, in every store", "[timers][cancellation]") {
  Scenario s(EVERY_BACKEND, timeout_registrations);
  s.start("i", "Sleeper", std::string(), within(20ms));
  check_timed_out(s.wait("i"), "the instance has not ended within 20 ms of its start");
  CHECK(s.depths().timer_queue == 0);
}

TEST_CASE("an activity with a timeout of its own is given up and tried again",
          "[activities][retry][heartbeats][same-process]") {
  const bool silent = GENERATE(true, false);
  std::atomic<int> attempts{0};
  Gate stopped;
  Scenario s(EVERY_BACKEND, [&](Runtime& runtime) {
    runtime
        .register_orchestration(
            "Calls",
            [silent](OrchestrationContext context) -> Task<std::string> {
              auto options =
                  ActivityOptions().retry(RetryPolicy().max_attempts(2).backoff(Backoff::none()));
              if (silent) {
                options.heartbeat_timeout(20ms);
              } else {
                options.run_timeout(20ms);
              }
              co_return co_await context.schedule_activity("Hangs", "", options);
            })
        .register_activity("Hangs", [&](const ActivityContext& context) {
          if (++attempts == 1) {
            const auto told = context.on_cancelled([&] { stopped.open(); });
            stopped.wait();
            return std::string("too late");
          }
          return std::string("again");
        });
  });
  CHECK(s.run("i", "Calls").output() == "again");
  CHECK(attempts == 2);
  const auto types = s.types("i");
  CHECK(std::count(types.begin(), types.end(), "ActivityFailed") == 1);
}

TEST_CASE("an activity that nobody takes in time fails its call",
          "[activities][tags][timers][own-store]") {
  TestSystem test;
  test.register_orchestration("O", [](OrchestrationContext context) -> Task<std::string> {
    const auto options = ActivityOptions().start_timeout(2h).tag("gpu");
    const auto answer = co_await context.schedule_activity("A", "", options).as_result();
    co_return answer ? *answer : answer.error().message;
  });
  test.register_activity("A", [] { return "done"; });
  SECTION("by its own time") {
    CHECK(test.run("i", "O").output() == "activity A has not begun to run within 7200000 ms");
    CHECK(test.elapsed() == 2h);
  }
  SECTION("whatever crashes meanwhile") {
    test.start("i", "O");
    test.advance(1h);
    test.crash();
    CHECK(test.wait("i").output() == "activity A has not begun to run within 7200000 ms");
    CHECK(test.elapsed() == 2h);
  }
  SECTION("not if the instance has ended before, of which nothing is left then") {
    test.start("i", "O");
    test.cancel("i", "enough");
    CHECK(test.status("i").is_cancelled());
    test.advance(3h);
  }
  CHECK(depths_of(test) == QueueDepths{});
}

TEST_CASE("an activity that begins in time runs", "[activities][timers][own-store]") {
  TestSystem test;
  test.register_orchestration("O", [](OrchestrationContext context) -> Task<std::string> {
    const auto options = ActivityOptions().start_timeout(2h);
    const std::string said = co_await context.schedule_activity("A", "", options);
    co_await context.schedule_timer(5h);
    co_return said;
  });
  test.register_activity("A", [] { return "done"; });
  CHECK(test.run("i", "O").output() == "done");
  CHECK(test.elapsed() == 5h);
  CHECK(depths_of(test) == QueueDepths{});
}

TEST_CASE("timeouts of an activity that are none are refused", "[activities][limits][own-store]") {
  TestSystem test;
  test.register_orchestration("O",
                              [](OrchestrationContext context, int which) -> Task<std::string> {
                                auto options = ActivityOptions();
                                if (which == 0) {
                                  options.run_timeout(0ms);
                                } else if (which == 1) {
                                  options.heartbeat_timeout(max_delay + 1ms);
                                } else {
                                  options.start_timeout(-1ms);
                                }
                                co_return co_await context.schedule_activity("A", "", options);
                              });
  CHECK(test.run("run", "O", 0).error()->message ==
        "the run_timeout of the activity is not above 0, or it is above 100 years");
  CHECK(test.run("beat", "O", 1).error()->message ==
        "the heartbeat_timeout of the activity is not above 0, or it is above 100 years");
  CHECK(test.run("start", "O", 2).error()->message ==
        "the start_timeout of the activity is not above 0, or it is above 100 years");
}

TEST_CASE("another timeout of an activity is not another decision",
          "[activities][nondeterminism][own-store]") {
  std::atomic<int> hours{1};
  TestSystem test;
  test.register_orchestration("O", [&hours](OrchestrationContext context) -> Task<std::string> {
    const auto options = ActivityOptions().run_timeout(std::chrono::hours(hours.load()));
    const std::string said = co_await context.schedule_activity("A", "", options);
    co_await context.wait_for_external_event("Go");
    co_return said;
  });
  test.register_activity("A", [] { return "done"; });
  test.start("i", "O");
  hours = 2;
  test.raise_event("i", "Go");
  CHECK(test.wait("i").output() == "done");
}

}  // namespace duroxide::timeouts_test
