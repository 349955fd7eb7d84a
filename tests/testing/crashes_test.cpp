// Crashes between any two turns of a test system.

#include <sstream>

#include <catch2/catch.hpp>

#include "testing/order.hpp"

namespace duroxide::crashes_test {

using namespace duroxide::order;
using testkit::crash_at_every_turn;
using testkit::CrashPoint;
using testkit::TestSystem;

TEST_CASE("crashes: behind a turn nothing that follows from it has happened",
          "[test-system][restart]") {
  TestSystem test(register_all);
  auto charge = test.mock_activity("Charge").returns("receipt");
  test.crash_after_turn(1);
  test.start("order-1", "Order", 500);
  CHECK(test.crashes() == 1);
  CHECK(test.turns() == 2);
  CHECK(charge.count() == 1);
  test.raise_event("order-1", "Confirmed");
  CHECK(test.wait("order-1").output() == "receipt");
}

TEST_CASE("crashes: before a turn is durable, what has led to it is done again",
          "[test-system][restart]") {
  TestSystem test(register_all);
  auto charge = test.mock_activity("Charge").returns("receipt");
  test.crash_before_turn(2);
  test.start("order-1", "Order", 500);
  CHECK(test.crashes() == 1);
  CHECK(test.turns() == 2);
  CHECK(charge.count() == 2);
  CHECK(charge.calls().at(1).attempt == 2);
  CHECK(test.history("order-1").count<event::ActivityScheduled>() == 1);
}

TEST_CASE("crashes: what a client has asked for comes once", "[test-system][restart][client]") {
  for (const auto kind : {CrashPoint::Kind::before_turn, CrashPoint::Kind::after_turn}) {
    for (std::uint64_t turn = 1; turn < 5; ++turn) {
      CAPTURE(turn, CrashPoint{kind, turn}.to_string());
      TestSystem test(register_all);
      if (kind == CrashPoint::Kind::before_turn) {
        test.crash_before_turn(turn);
      } else {
        test.crash_after_turn(turn);
      }
      test.start("order-1", "Order", 500);
      test.raise_event("order-1", "Confirmed");
      CHECK(test.wait("order-1").output() == "receipt 500");
      CHECK(test.history("order-1").count<event::ExternalEvent>() == 1);
      CHECK(test.crashes() == (turn < 4 ? 1 : 0));
      CHECK(test.client().management().value().verify().value().is_clean());
    }
  }
}

TEST_CASE("crashes: a client's own call may be lost in one, and the next goes on",
          "[test-system][restart][client]") {
  TestSystem test(register_all);
  test.start("order-1", "Order", 500);
  test.crash_before_turn(3);
  const auto lost = test.client().raise_event("order-1", "Confirmed");
  REQUIRE_FALSE(lost);
  CHECK(lost.error().kind == ClientError::Kind::storage_error);
  CHECK(test.status("order-1").is_running());
  CHECK(test.crashes() == 1);
  CHECK(test.client().raise_event("order-1", "Confirmed"));
  CHECK(test.wait("order-1").output() == "receipt 500");
}

TEST_CASE("crashes: now, and several of them", "[test-system][restart][timers]") {
  TestSystem test(register_all);
  test.start("order-1", "Order", 500);
  for (int day = 0; day < 20; ++day) {
    test.advance(24h);
    test.crash();
  }
  CHECK(test.crashes() == 20);
  CHECK(test.status("order-1").is_running());
  CHECK(test.wait("order-1").output() == "refunded receipt 500");
  CHECK(test.elapsed() == 24h * 30);
}

TEST_CASE("crashes: a call that takes long is made again", "[test-system][restart][clock]") {
  TestSystem test(register_all);
  auto charge = test.mock_activity("Charge").returns("receipt").takes(10min);
  test.start("order-1", "Order", 500);
  test.advance(9min);
  test.crash();
  test.skip_until([&] { return test.status("order-1").custom_status().has_value(); });
  CHECK(test.elapsed() == 19min);
  CHECK(charge.count() == 2);
}

TEST_CASE("crashes: a call that is made again gets the same of its mock",
          "[test-system][restart]") {
  const auto report = crash_at_every_turn([](TestSystem& test) {
    test.register_orchestration("Twice", [](OrchestrationContext ctx) -> Task<std::string> {
      const std::string first = co_await ctx.schedule_activity("Work");
      const std::string second = co_await ctx.schedule_activity("Work");
      const std::string child = co_await ctx.schedule_sub_orchestration("Child");
      co_return first + second + child;
    });
    test.mock_activity("Work").returns("a").times(1).returns("b");
    test.mock_orchestration("Child").returns("c").times(1).returns("d");
    return test.run("i", "Twice").output();
  });
  CHECK(report);
  CHECK(report.undisturbed() == "abc");
}

TEST_CASE("crashes: an orchestration comes to the same with a crash at every turn",
          "[test-system][restart]") {
  const auto report = crash_at_every_turn([](TestSystem& test) {
    test.register_all(register_all);
    test.mock_activity("Charge").fails("closed").times(1).returns("receipt");
    test.start("basket", "Basket", 2);
    test.raise_event("basket::sub::1.3", "Confirmed");
    return test.wait("basket").to_string();
  });
  CHECK(report);
  CHECK(report.undisturbed() == "Completed: refunded receipt;receipt;");
  CHECK(report.turns() >= 8);
  CHECK_THAT(report.to_string(), Catch::StartsWith("the same with a crash before and after each"));
}

TEST_CASE("crashes: a scenario that returns nothing is judged by how its instances ended",
          "[test-system][restart]") {
  const auto report = crash_at_every_turn([](TestSystem& test) {
    test.register_all(register_all);
    (void)test.run("order-1", "Order", 500);
  });
  CHECK(report);
  CHECK(report.undisturbed() == "order-1: Completed: refunded receipt 500\n");
}

TEST_CASE("crashes: what depends on how often an activity ran is found", "[test-system][restart]") {
  const auto report = crash_at_every_turn([](TestSystem& test) {
    int charged = 0;  // an effect that is not idempotent
    test.register_all(register_all);
    test.mock_activity("Charge").does([&charged](int cents) {
      charged += cents;
      return "receipt";
    });
    (void)test.run("order-1", "Order", 500);
    return charged;
  });
  CHECK_FALSE(report);
  CHECK(report.undisturbed() == "500");
  REQUIRE(report.differences().size() == 1);
  CHECK(report.differences().at(0).crash == CrashPoint{CrashPoint::Kind::before_turn, 2});
  CHECK(report.differences().at(0).result == "1000");
  std::ostringstream printed;
  printed << report;
  CHECK(printed.str() == "without a crash: 500\nwith a crash before turn 2: 1000");
}

TEST_CASE("crashes: what a scenario throws is a difference", "[test-system][restart][errors]") {
  const auto scenario = [](TestSystem& test) {
    test.register_all(register_all);
    (void)test.run("order-1", "Order", 500);
    if (test.crashes() != 0) {
      throw std::runtime_error("it has crashed");
    }
  };
  const auto report = crash_at_every_turn(scenario);
  CHECK_FALSE(report);
  CHECK(report.differences().size() == 2 * report.turns());
  CHECK(report.differences().at(0).result == "it throws: it has crashed");
  CHECK_THROWS_WITH(crash_at_every_turn([](TestSystem& test) { (void)test.wait("nobody"); }),
                    Catch::Contains("nobody"));
  const auto no_exception = crash_at_every_turn([](TestSystem& test) {
    test.register_all(register_all);
    (void)test.run("order-1", "Order", 500);
    if (test.crashes() != 0) {
      throw 1;  // as a test framework throws to end a test
    }
  });
  CHECK(no_exception.differences().size() == 2 * no_exception.turns());
  CHECK_THAT(no_exception.to_string(),
             Catch::Contains("with a crash before turn 1: it throws what"));
}

TEST_CASE("crashes: a scenario in which none can happen is refused",
          "[test-system][restart][errors]") {
  CHECK_THROWS_WITH(crash_at_every_turn([](TestSystem& test) { (void)test.outcomes(); }),
                    Catch::Contains("runs no turn"));
  int runs = 0;
  CHECK_THROWS_WITH(crash_at_every_turn([&runs](TestSystem& test) {
                      test.register_all(register_all);
                      if (++runs == 1) {
                        (void)test.run("order-1", "Order", 500);
                      }
                    }),
                    Catch::Contains("the crash before turn 1 did not happen"));
}

}  // namespace duroxide::crashes_test
