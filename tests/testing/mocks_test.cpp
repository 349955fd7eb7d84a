// Stand-ins for activities and child orchestrations.

#include <catch2/catch.hpp>

#include "testing/order.hpp"

namespace duroxide::mocks_test {

using namespace duroxide::order;
using testkit::TestError;
using testkit::TestSystem;

namespace {

/// Calls an activity so often, and gathers what comes of it.
Task<std::vector<std::string>> repeat(OrchestrationContext ctx, int calls) {
  std::vector<std::string> said;
  for (int i = 0; i < calls; ++i) {
    const auto each = co_await ctx.schedule_activity("Work", i).as_result();
    said.push_back(each ? *each : "failed: " + each.error().message);
  }
  co_return said;
}

std::vector<std::string> repeat_in(TestSystem& test, int calls) {
  test.register_orchestration("Repeat", repeat);
  return test.run("i", "Repeat", calls).output_as<std::vector<std::string>>().value();
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("mocks: what was said last holds, and what is limited is followed by the next",
          "[test-system][activities]") {
  TestSystem test;
  auto work = test.mock_activity("Work");
  SECTION("nothing said: an empty text") {
    CHECK(repeat_in(test, 2) == Texts{"", ""});
  }
  SECTION("the last one replaces the one before") {
    work.returns("a").returns("b");
    CHECK(repeat_in(test, 2) == Texts{"b", "b"});
  }
  SECTION("in turn") {
    work.fails("busy").times(2).returns("a").times(1).returns("b");
    CHECK(repeat_in(test, 5) == Texts{"failed: busy", "failed: busy", "a", "b", "b"});
  }
  SECTION("never") {
    work.fails("busy").times(0).returns("a");
    CHECK(repeat_in(test, 1) == Texts{"a"});
  }
  SECTION("too little said") {
    work.returns("a").times(1);
    CHECK(repeat_in(test, 2) ==
          Texts{"a",
                "failed: the mock `Work` was called 2 times, and was told what it does for "
                "fewer calls"});
  }
  SECTION("a function of the input") {
    work.does([](ActivityContext& context, int number) {
      if (number == 1) {
        throw std::runtime_error("not one");
      }
      return context.instance_id() + std::to_string(number);
    });
    CHECK(repeat_in(test, 3) == Texts{"i0", "failed: not one", "i2"});
  }
  CHECK(work.inputs<int>().at(0) == 0);
}

TEST_CASE("mocks: the calls are kept, with what they were given", "[test-system][activities]") {
  TestSystem test(register_all);
  auto charge = test.mock_activity("Charge").fails("closed").times(1).returns("receipt");
  test.start("order-1", "Order", 500);
  test.advance(1h);
  test.start("order-2", "Order", 700);
  REQUIRE(charge.count() == 3);
  CHECK(charge.inputs<int>() == std::vector<int>{500, 500, 700});
  CHECK(charge.input<int>(2) == 700);
  CHECK(charge.input() == "500");
  CHECK(charge.calls().at(2).instance == "order-2");
  CHECK(charge.calls().at(1).at - charge.calls().at(0).at == 20s);
  CHECK(charge.calls().at(0).attempt == 1);
  CHECK_THROWS_WITH(charge.input(3), Catch::Contains("was called 3 times"));
  CHECK_THROWS_AS(charge.input<std::vector<int>>(), TestError);
  CHECK(test.mock_activity("Charge").count() == 3);  // the same mock
}

TEST_CASE("mocks: a failure has the details that the test gives it", "[test-system][errors]") {
  TestSystem test(register_all);
  ErrorDetails details;
  details.category = ErrorCategory::configuration;  // which no retry policy tries again
  details.kind = ErrorKind::limit_exceeded;
  details.message = "too much";
  auto charge = test.mock_activity("Charge").fails(details);
  const auto status = test.run("order-1", "Order", 500);
  REQUIRE(status.error() != nullptr);
  CHECK(status.error()->kind == ErrorKind::limit_exceeded);
  CHECK(status.error()->describe_chain() == "activity Charge of order-1");
  CHECK(charge.count() == 1);
}

TEST_CASE("mocks: one that takes long meets timeouts in virtual time",
          "[test-system][timers][clock]") {
  TestSystem test;
  test.register_orchestration("Impatient", [](OrchestrationContext ctx) -> Task<std::string> {
    const auto options = ActivityOptions().timeout(Milliseconds(10'000));
    const auto said = co_await ctx.schedule_activity("Work", "now", options).as_result();
    co_return said ? *said : std::string(to_string(said.error().kind));
  });
  auto work = test.mock_activity("Work");
  SECTION("in time") {
    work.returns("done").takes(9s);
    CHECK(test.run("i", "Impatient").output() == "done");
    CHECK(test.elapsed() == 9s);
  }
  SECTION("in time, and failed") {
    work.fails("broken").takes(9s);
    CHECK(test.run("i", "Impatient").output() == to_string(ErrorKind::activity_failed));
  }
  SECTION("too late") {
    work.returns("done").takes(11s);
    CHECK(test.run("i", "Impatient").output() == to_string(ErrorKind::timed_out));
    CHECK(test.elapsed() == 10s);
    test.advance(1s);  // what comes late is for nobody
    CHECK(test.client().management().value().get_queue_depths().value() == QueueDepths{});
  }
  SECTION("never") {
    work.never_completes();
    CHECK(test.run("i", "Impatient").output() == to_string(ErrorKind::timed_out));
  }
  CHECK(work.count() == 1);
}

TEST_CASE("mocks: one that takes long does it when that is over", "[test-system][clock]") {
  TestSystem test;
  test.register_orchestration("Calls", [](OrchestrationContext ctx) -> Task<std::string> {
    const std::string said = co_await ctx.schedule_activity("Work");
    co_return said;
  });
  auto work = test.mock_activity("Work");
  SECTION("not before") {
    std::vector<Milliseconds> ends;
    work.does([&] {
          ends.push_back(test.elapsed());
          return std::string("done");
        })
        .takes(9s);
    CHECK(test.run("i", "Calls").output() == "done");
    CHECK(ends == std::vector<Milliseconds>{9s});
  }
  SECTION("and not after a crash that has cut it off") {
    int ends = 0;
    work.does([&ends] { ++ends; }).takes(9s);
    test.start("i", "Calls");
    test.advance(8s);
    test.crash();
    (void)test.wait("i");
    CHECK(ends == 1);
  }
  SECTION("and not more than a payload may hold") {
    work.does([] { return std::string((std::size_t{64} << 20) + 1, 'x'); }).takes(9s);
    const auto status = test.run("i", "Calls");
    REQUIRE(status.error() != nullptr);
    CHECK(status.error()->kind == ErrorKind::limit_exceeded);
  }
}

TEST_CASE("mocks: a pure activity is mocked like any other", "[test-system][activities]") {
  TestSystem test;
  test.register_activity(
      "Work", [](int) { return std::string("real"); }, ActivityKind::pure);
  auto work = test.mock_activity("Work").returns("mocked").takes(1s);
  CHECK(repeat_in(test, 2) == Texts{"mocked", "mocked"});
  CHECK(work.count() == 2);
  CHECK(test.elapsed() == 2s);
}

TEST_CASE("mocks: children by name", "[test-system][children]") {
  TestSystem test;
  test.register_orchestration("Basket", take_basket);
  auto child = test.mock_orchestration("Order");
  SECTION("return") {
    child.does([](int cents) { return "paid " + std::to_string(cents); });
    CHECK(test.run("i", "Basket", 2).output() == "paid 1;paid 2;");
    CHECK(child.inputs<int>() == std::vector<int>{1, 2});
    CHECK(child.calls().at(0).instance == "i::sub::1.2");
  }
  SECTION("fail") {
    child.fails("no").times(1).returns("ok");
    const auto status = test.run("i", "Basket", 2);
    REQUIRE(status.error() != nullptr);
    CHECK(status.error()->message == "no");
    CHECK(status.error()->kind == ErrorKind::orchestration_failed);
  }
  SECTION("throw") {
    child.does([](int) -> std::string { throw std::runtime_error("thrown"); });
    CHECK(test.run("i", "Basket", 1).to_string() == "Failed: thrown");
  }
  SECTION("take long, and are asked once") {
    child.returns("a").times(1).returns("b").takes(1h);
    test.start("i", "Basket", 2);
    test.crash();
    CHECK(test.wait("i").output() == "a;b;");
    CHECK(child.count() == 2);
    CHECK(test.elapsed() == 1h);
  }
  SECTION("never complete") {
    child.never_completes();
    CHECK_THROWS_WITH(test.run("i", "Basket", 1), Catch::Contains("child `i::sub::1.2`"));
    test.cancel("i", "enough");
    CHECK(test.outcomes().at("i") == "Cancelled: enough");
  }
  SECTION("in all versions") {
    test.register_versioned("Order", "2.0.0", take_order);
    child.returns("mocked");
    CHECK(test.run("i", "Basket", 1).output() == "mocked;");
    CHECK(test.run("j", "Order", 1, StartOptions().version("2.0.0")).output() == "mocked");
  }
}

TEST_CASE("mocks: an id that is used again makes new calls", "[test-system][children]") {
  TestSystem test;
  auto child = test.mock_orchestration("Child").returns("a").times(1).returns("b");
  CHECK(test.run("i", "Child").output() == "a");
  CHECK(test.client().management().value().delete_instance("i"));
  CHECK(test.run("i", "Child").output() == "b");
  CHECK(child.count() == 2);
}

TEST_CASE("mocks: what says nothing is told", "[test-system][errors]") {
  TestSystem test;
  auto work = test.mock_activity("Work");
  CHECK_THROWS_WITH(work.times(2), Catch::Contains("was not told what it does, so times"));
  CHECK_THROWS_WITH(work.takes(2s), Catch::Contains("so takes says nothing"));
  work.returns("a");
  CHECK_THROWS_WITH(work.takes(-2s), Catch::Contains("negative"));
}

}  // namespace duroxide::mocks_test
