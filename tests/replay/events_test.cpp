// External events: kept when early, in order, across executions.

#include <catch2/catch.hpp>

#include "replay/harness.hpp"

using namespace duroxide;
using namespace duroxide::replay::test;
using namespace std::chrono_literals;

namespace {

Task<std::string> three_waits(OrchestrationContext ctx) {
  std::string text;
  for (int i = 0; i < 3; ++i) {
    text += co_await ctx.wait_for_external_event("E");
  }
  co_return text;
}

}  // namespace

TEST_CASE("a wait gets the event that comes", "[events]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    auto data = co_await ctx.wait_for_external_event("E");
    co_return data;
  });
  (void)harness.start();
  CHECK(still_running(harness.turn(Harness::raised("Other", "no"))));
  CHECK(output_of(harness.turn(Harness::raised("E", "yes"))) == "yes");
}

TEST_CASE("events that come before their wait are kept in order", "[events][messages]") {
  const auto residency = both_ways();
  SECTION("in the same batch as the start") {
    Harness harness(residency, three_waits);
    const auto result = harness.start(
        "", {Harness::raised("E", "1"), Harness::raised("E", "2"), Harness::raised("E", "3")});
    CHECK(output_of(result) == "123");
  }
  SECTION("more than there are waits") {
    Harness harness(residency, [](OrchestrationContext ctx) -> Task<std::string> {
      std::string text;
      co_await ctx.schedule_activity("A");
      text += co_await ctx.wait_for_external_event("E");
      text += co_await ctx.wait_for_external_event("E");
      co_return text;
    });
    (void)harness.start();
    (void)harness.turn(Harness::raised("E", "1"));
    (void)harness.turn({Harness::raised("E", "2"), Harness::raised("E", "3")});
    CHECK(output_of(harness.turn(harness.activity_completed(2, ""))) == "12");
  }
}

TEST_CASE("equal events are not taken for one", "[events][messages]") {
  Harness harness(both_ways(), three_waits);
  (void)harness.start();
  (void)harness.turn({Harness::raised("E", "x"), Harness::raised("E", "x")});
  CHECK(output_of(harness.turn(Harness::raised("E", "x"))) == "xxx");
}

TEST_CASE("a wait that lost a race takes no event with it", "[events][combinators][cancellation]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    const auto first = co_await when_any(ctx.wait_for_external_event("E"), ctx.schedule_timer(1s));
    auto data = co_await ctx.wait_for_external_event("E");
    co_return std::to_string(first.index()) + data;
  });
  (void)harness.start();
  const auto raced = harness.turn({harness.timer_fired(3), Harness::raised("E", "late")});
  CHECK(output_of(raced) == "1late");
}

TEST_CASE("an event delivered to a wait that nobody looked at goes to the next", "[events]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    std::string text;
    {
      auto unused = ctx.wait_for_external_event("E");
      co_await ctx.schedule_activity("A");
    }
    text = co_await ctx.wait_for_external_event("E");
    co_return text;
  });
  (void)harness.start();
  (void)harness.turn(Harness::raised("E", "kept"));
  CHECK(output_of(harness.turn(harness.activity_completed(3, ""))) == "kept");
}

TEST_CASE("events not waited for go along into the next execution, all of them, in order",
          "[events][continue-as-new]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<> {
    auto kind = co_await ctx.wait_for_external_event("Go");
    auto open = ctx.wait_for_external_event("B");
    co_await ctx.continue_as_new("next");
  });
  (void)harness.start();
  std::vector<WorkItem> batch;
  for (int i = 0; i < 30; ++i) {
    batch.push_back(Harness::raised(i % 2 == 0 ? "A" : "C", std::to_string(i)));
  }
  batch.push_back(Harness::raised("Go", ""));
  batch.push_back(Harness::raised("B", "after"));  // in the batch, behind the end
  const auto result = harness.turn(batch);
  REQUIRE(std::holds_alternative<replay::ContinuedAsNew>(result.outcome));
  const auto& next = std::get<work::ContinueAsNew>(result.messages.at(0));
  REQUIRE(next.carried.events.size() == 31);
  for (int i = 0; i < 30; ++i) {
    CHECK(next.carried.events[static_cast<std::size_t>(i)].data == std::to_string(i));
  }
  CHECK(next.carried.events[30] == CarriedEvent{"B", "after"});
}

TEST_CASE("an execution begins with the events carried into it", "[events][continue-as-new]") {
  Harness harness(both_ways(), three_waits);
  harness.assignment = {"i", 2, "Test", "1.0.0", nullptr};
  CarriedState carried;
  carried.events = {{"E", "1"}, {"E", "2"}};
  work::ContinueAsNew begin{"i", 2, "Test", "", {}, {}, carried};
  CHECK(still_running(harness.turn(begin)));
  CHECK(output_of(harness.turn(Harness::raised("E", "3"))) == "123");
}

TEST_CASE("an answered wait is not recorded as cancelled at the end", "[events]") {
  Harness harness(both_ways(), three_waits);
  (void)harness.start();
  (void)harness.turn(Harness::raised("E", "1"));
  (void)harness.turn({Harness::raised("E", "2"), Harness::raised("E", "3")});
  for (const std::string& type : harness.types()) {
    CHECK(type != "ExternalSubscribedCancelled");
  }
}
