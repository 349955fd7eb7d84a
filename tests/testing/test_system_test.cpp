// The system that users test their orchestrations with.

#include <catch2/catch.hpp>

#include "testing/order.hpp"

namespace duroxide::test_system_test {

using namespace duroxide::order;
using testkit::TestError;
using testkit::TestOptions;
using testkit::TestSystem;

TEST_CASE("test system: time skips to the timer that an instance waits for",
          "[test-system][timers]") {
  TestSystem test(register_all);
  CHECK(test.run("order-1", "Order", 500).output() == "refunded receipt 500");
  CHECK(test.elapsed() == 24h * 30);
  CHECK(test.now() == test.clock()->now());
  const auto history = test.history("order-1");
  CHECK(history.count<event::TimerFired>() == 1);
  CHECK(history.one<event::ActivityCompleted>("Refund").result == "refunded receipt 500");
}

TEST_CASE("test system: what comes from outside, with and without a type",
          "[test-system][events]") {
  TestSystem test(register_all);
  test.start("order-1", "Order", 500);
  CHECK(test.status("order-1").custom_status() == "charged");
  CHECK(test.waits_for("order-1") == "a timer of 2592000000 ms, event `Confirmed`");
  CHECK(test.elapsed() == 0s);
  SECTION("by name") {
    test.raise_event("order-1", "Confirmed");
  }
  SECTION("by a handle") {
    test.raise_event("order-1", ExternalEvent<std::string>("Confirmed"), std::string("yes"));
  }
  CHECK(test.status("order-1").output() == "receipt 500");
  CHECK(test.waits_for("order-1").empty());
  CHECK(test.elapsed() == 0s);
}

TEST_CASE("test system: an activity that sleeps takes no time but the clock's",
          "[test-system][activities]") {
  TestSystem test;
  int looks = 0;
  test.register_orchestration("Tracks", [](OrchestrationContext ctx) -> Task<int> {
    co_return co_await ctx.schedule_activity<int>("Track");
  });
  test.register_activity("Track", [&looks](ActivityContext& context) -> ActivityTask<int> {
    const auto pause = 10min;
    while (++looks < 7) {
      co_await context.sleep(pause);
    }
    co_return looks;
  });
  SECTION("skipped to its end") {
    CHECK(test.run("i", "Tracks").output() == "7");
    CHECK(test.elapsed() == 60min);
  }
  SECTION("advanced, however far at once") {
    test.start("i", "Tracks");
    test.advance(35min);
    CHECK(looks == 4);
  }
}

TEST_CASE("test system: queues, values and cancellation", "[test-system][queues][values]") {
  TestSystem test;
  test.register_orchestration("Sum", [](OrchestrationContext ctx) -> Task<int> {
    int sum = 0;
    while (sum < 100) {
      const int next = co_await ctx.dequeue_event<int>("Numbers");
      sum += next;
      ctx.set_value("sum", sum);
    }
    co_return sum;
  });
  test.start("i", "Sum");
  test.enqueue_event("i", "Numbers", 40);
  const auto once = RaiseOptions().key("two");
  test.enqueue_event("i", EventQueue<int>("Numbers"), 2, once);
  test.enqueue_event("i", "Numbers", 2, once);
  CHECK(test.value<int>("i", "sum") == 42);
  CHECK_FALSE(test.value("i", "other"));
  CHECK_THROWS_AS(test.value<std::vector<int>>("i", "sum"), TestError);
  SECTION("to its end") {
    test.enqueue_event("i", "Numbers", 58);
    CHECK(test.wait("i").output_as<int>().value() == 100);
  }
  SECTION("cancelled") {
    test.cancel("i", "enough");
    CHECK(test.wait("i").to_string() == "Cancelled: enough");
  }
}

TEST_CASE("test system: each timer fires at its own moment, however much time passes at once",
          "[test-system][timers][clock]") {
  TestSystem test(TestOptions().start_at(from_milliseconds(1'000)));
  test.register_orchestration("Thrice", [](OrchestrationContext ctx) -> Task<std::string> {
    std::string times;
    for (int i = 0; i < 3; ++i) {
      co_await ctx.schedule_timer(10s);
      times += std::to_string(to_milliseconds(ctx.utc_now())) + " ";
    }
    co_return times;
  });
  test.start("i", "Thrice");
  test.advance(9'999ms);
  CHECK_FALSE(test.history("i").has<event::TimerFired>());
  test.advance(1h);
  CHECK(test.status("i").output() == "11000 21000 31000 ");
  CHECK(test.elapsed() == 1h + 9'999ms);
  CHECK_THROWS_WITH(test.advance(-1s), Catch::Contains("0 to 100 years"));
}

TEST_CASE("test system: retries and timeouts take virtual time", "[test-system][retry][clock]") {
  TestSystem test(register_all);
  auto charge = test.mock_activity("Charge");
  SECTION("an attempt every twenty seconds") {
    charge.fails("the bank is closed").times(3).returns("receipt");
    test.start("order-1", "Order", 500);
    CHECK(charge.count() == 1);
    test.advance(20s);
    CHECK(charge.count() == 2);
    test.skip_until([&] { return test.status("order-1").custom_status().has_value(); });
    CHECK(charge.count() == 4);
    CHECK(test.elapsed() == 1min);
  }
  SECTION("too often") {
    charge.fails("the bank is closed");
    CHECK(test.run("order-1", "Order", 500).to_string() == "Failed: the bank is closed");
    CHECK(charge.count() == 4);
  }
}

TEST_CASE("test system: what does not end is told, and why", "[test-system][waits]") {
  TestSystem test(
      TestOptions().longest_wait(24h).most_turns(50).runtime(RuntimeOptions().log_sink({})));
  test.register_orchestration("Waits", [](OrchestrationContext ctx) -> Task<std::string> {
    const std::string said = co_await ctx.wait_for_external_event("Never");
    co_return said;
  });
  test.register_orchestration("Late", [](OrchestrationContext ctx) -> Task<> {
    const auto late = 25h;
    co_await ctx.schedule_timer(late);
  });
  test.register_orchestration("Missing", [](OrchestrationContext ctx) -> Task<> {
    const std::string name = "Nobody";
    co_await ctx.schedule_activity(name);
  });
  test.register_orchestration("Eternal", [](OrchestrationContext ctx) -> Task<> {
    const auto pause = 1s;
    while (true) {
      co_await ctx.schedule_timer(pause);
    }
  });
  test.register_orchestration("Circles", [](OrchestrationContext ctx) -> Task<> {
    const int none = 0;
    while (true) {
      co_await ctx.schedule_activity("Work", none);
    }
  });
  test.register_activity("Work", [](int) {});
  CHECK_THROWS_WITH(test.run("a", "Waits"),
                    Catch::Contains("`a` does not end, though nothing is left that time would "
                                    "bring; it waits for event `Never`"));
  CHECK_THROWS_WITH(test.run("b", "Late"), Catch::Contains("within TestOptions::longest_wait") &&
                                               Catch::Contains("a timer of 90000000 ms"));
  CHECK_THROWS_WITH(test.run("c", "Missing"),
                    Catch::Contains("waiting for registration of activity Nobody"));
  CHECK_THROWS_WITH(test.run("d", "Eternal"), Catch::Contains("after 50 turns"));
  CHECK_THROWS_WITH(test.advance(1h), Catch::Contains("50 turns have run while time was advanced"));
  CHECK_THROWS_WITH(test.wait("nobody"), Catch::Contains("there is no instance `nobody`"));
  CHECK_THROWS_WITH(test.skip_until([] { return false; }), Catch::Contains("`a`: Running"));
  CHECK_THROWS_WITH(test.run("e", "Circles"), Catch::Contains("go round in circles"));
}

TEST_CASE("test system: a call that the client refuses throws what it says",
          "[test-system][client][errors]") {
  TestSystem test(register_all);
  test.start("order-1", "Order", 500);
  CHECK_THROWS_WITH(test.start("order-1", "Order", 500), Catch::Contains("order-1"));
  CHECK_THROWS_AS(test.raise_event("nobody", "Confirmed"), TestError);
  CHECK_THROWS_AS(test.start("", "Order", 500), TestError);
  CHECK_THROWS_AS(test.history("nobody"), TestError);
  CHECK(test.status("nobody").is_not_found());
}

TEST_CASE("test system: code that is not deterministic fails", "[test-system][nondeterminism]") {
  const bool is_replayed = GENERATE(true, false);
  // Options of the runtime change nothing about it.
  TestSystem test(TestOptions()
                      .runtime(RuntimeOptions().max_resident_instances(10).log_sink({}))
                      .replay_each_turn(is_replayed));
  int runs = 0;
  test.register_orchestration("Moody", [&runs](OrchestrationContext ctx) -> Task<std::string> {
    const std::string name = "Work" + std::to_string(++runs);
    const std::string first = co_await ctx.schedule_activity(name);
    co_return first;
  });
  test.mock_activity("Work1");
  const auto status = test.run("i", "Moody");
  if (!is_replayed) {
    CHECK(status.is_completed());
    return;
  }
  REQUIRE(status.is_failed());
  CHECK(status.error()->kind == ErrorKind::nondeterminism);
}

TEST_CASE("test system: children run for real, and all outcomes are told",
          "[test-system][children]") {
  TestSystem test(register_all);
  test.start("basket", "Basket", 2);
  CHECK(test.outcomes().size() == 3);
  test.raise_event("basket::sub::1.2", "Confirmed");
  CHECK(test.wait("basket").output() == "receipt 1;refunded receipt 2;");
  CHECK(test.outcomes().at("basket::sub::1.3") == "Completed: refunded receipt 2");
}

TEST_CASE("test system: handles check what they are given", "[test-system][payloads]") {
  static constexpr Orchestration<int(int)> twice{"Twice"};
  static constexpr Activity<int(int)> add{"Add"};
  TestSystem test;
  test.register_orchestration(twice, [](OrchestrationContext ctx, int number) -> Task<int> {
    const int sum = co_await ctx.schedule_activity(add, number);
    co_return sum;
  });
  SECTION("with the activity") {
    test.register_activity(add, [](int number) { return number + number; });
    CHECK(test.run("i", twice, 21).output_as<int>().value() == 42);
  }
  SECTION("with mocks of it, and of the orchestration") {
    auto mock = test.mock_activity(add).returns(7);
    CHECK(test.run("i", twice, 21).output_as<int>().value() == 7);
    CHECK(mock.input<int>() == 21);
    test.mock_orchestration(twice).returns(8);
    CHECK(test.run("j", twice, 21).output_as<int>().value() == 8);
    CHECK(mock.count() == 1);
  }
}

TEST_CASE("test system: what is registered later is there from the next call on",
          "[test-system][registration]") {
  TestSystem test;
  test.register_orchestration("Calls", [](OrchestrationContext ctx) -> Task<std::string> {
    const std::string said = co_await ctx.schedule_activity("Late");
    co_return said;
  });
  test.start("i", "Calls");
  CHECK(test.status("i").is_running());
  test.register_activity("Late", [] { return std::string("at last"); });
  CHECK(test.wait("i").output() == "at last");
  CHECK(test.crashes() == 0);
}

TEST_CASE("test system: a version of its own", "[test-system][versioning]") {
  TestSystem test;
  for (const std::string version : {"1.0.0", "2.0.0"}) {
    test.register_versioned("Says", version, [version](OrchestrationContext) -> Task<std::string> {
      const std::string said = version;
      co_return said;
    });
  }
  CHECK(test.run("i", "Says").output() == "2.0.0");
  CHECK(test.run("j", "Says", std::string(), StartOptions().version("1.0.0")).output() == "1.0.0");
}

TEST_CASE("test system: mistakes in registrations are told by the first call",
          "[test-system][registration]") {
  TestSystem test(register_all);
  test.register_orchestration("Order", take_order);
  CHECK_THROWS_WITH(test.start("order-1", "Order", 500),
                    Catch::Contains("orchestration Order 1.0.0 is registered twice"));
  CHECK_THROWS_WITH(test.mock_activity(""), Catch::Contains("activity name"));
}

TEST_CASE("test system: the client is there for all the rest", "[test-system][client]") {
  TestSystem test(register_all);
  test.start("order-1", "Order", 500);
  const auto management = test.client().management().value();
  CHECK(management.find_running_instances().value().size() == 1);
  CHECK(test.client().raise_event("order-1", "Confirmed"));
  CHECK(test.wait("order-1").output() == "receipt 500");
  CHECK(management.get_queue_depths().value() == QueueDepths{});
  CHECK(management.verify().value().is_clean());
}

TEST_CASE("test system: a client that outlives it does no harm", "[test-system][client][stop]") {
  std::optional<Client> kept;
  {
    TestSystem test(register_all);
    test.start("order-1", "Order", 500);
    kept.emplace(test.client());
  }
  CHECK_FALSE(kept->raise_event("order-1", "Confirmed"));
}

TEST_CASE("test system: two at once know nothing of each other", "[test-system][store]") {
  TestSystem one(register_all);
  TestSystem other(register_all);
  one.start("order-1", "Order", 1);
  other.start("order-1", "Order", 2);
  CHECK(one.wait("order-1").output() == "refunded receipt 1");
  CHECK(other.elapsed() == 0s);
  CHECK(other.wait("order-1").output() == "refunded receipt 2");
}

}  // namespace duroxide::test_system_test
