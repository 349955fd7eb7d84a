// Histories that tests ask.

#include <sstream>

#include <catch2/catch.hpp>

#include "testing/order.hpp"

namespace duroxide::history_test {

using namespace duroxide::order;
using testkit::History;
using testkit::TestSystem;

TEST_CASE("histories: events by kind and name", "[test-system][history]") {
  TestSystem test(register_all);
  test.mock_activity("Charge").fails("closed").times(1).returns("receipt");
  (void)test.run("order-1", "Order", 500);
  const History history = test.history("order-1");
  CHECK(history.count<event::ActivityScheduled>() == 3);
  CHECK(history.count<event::ActivityScheduled>("Charge") == 2);
  CHECK(history.one<event::ActivityFailed>("Charge").details.message == "closed");
  CHECK(history.one<event::ActivityCompleted>("Charge").result == "receipt");
  CHECK(testkit::decoded<int>(history.all<event::ActivityScheduled>("Charge").at(1).input) == 500);
  CHECK(history.has<event::ExternalSubscribed>("Confirmed"));
  CHECK_FALSE(history.has<event::ExternalEvent>());
  CHECK(history.name_of(0) == "Order");
  CHECK(history.events().size() == test.history("order-1", 1).events().size());
  CHECK_THROWS_WITH(history.one<event::ActivityScheduled>(),
                    Catch::Contains("there are 3 events of the kind ActivityScheduled"));
  CHECK_THROWS_WITH(history.one<event::TimerFired>("x"), Catch::Contains("with the name `x`"));
}

TEST_CASE("histories: printed as a line for each event", "[test-system][history]") {
  TestSystem test(register_all);
  test.start("order-1", "Order", 500);
  test.raise_event("order-1", "Confirmed", "by Ada\nBeda");
  std::ostringstream printed;
  printed << test.history("order-1");
  CHECK_THAT(printed.str(),
             Catch::Contains("2  +0 ms  ActivityScheduled(name `Charge`, input `500`)\n") &&
                 Catch::Contains("for event 2 (Charge)\n") &&
                 Catch::Contains("data `by Ada\\nBeda`"));
  CHECK(History().to_string().empty());
  const std::string start =
      History({{1, 0, {}, event::OrchestrationStarted{"Order", "1.0.0", "x", {}, {}}}}).to_string();
  CHECK(start == "1  +0 ms  OrchestrationStarted(name `Order`, version `1.0.0`, input `x`)\n");
}

}  // namespace duroxide::history_test
