// Activities that run within the turn that calls them.

#include <catch2/catch.hpp>

#include "replay/harness.hpp"

namespace duroxide::run_at_once_test {

using namespace duroxide::replay;
using namespace duroxide::replay::test;

namespace {

/// Of `P…` activities: gives back their input, doubled, or fails for `bad`.
std::optional<WorkItem> compute(const work::ActivityExecute& item) {
  if (item.name.front() != 'P') {
    return std::nullopt;
  }
  if (item.input == "bad") {
    return work::ActivityFailed{item.instance, item.execution_id, item.id,
                                application_error(ErrorKind::activity_failed, "no")};
  }
  return work::ActivityCompleted{item.instance, item.execution_id, item.id,
                                 item.input + item.input};
}

template <class F>
Harness computing(F code) {
  Harness harness(both_ways(), std::move(code));
  harness.services.run_at_once = compute;
  return harness;
}

}  // namespace

TEST_CASE("at once: what is computed stands in the history like any result",
          "[replay][activities]") {
  auto h = computing([](OrchestrationContext ctx, std::string input) -> Task<std::string> {
    std::string value = co_await ctx.schedule_activity("P", input);
    value = co_await ctx.schedule_activity("P", value);
    value = co_await ctx.schedule_activity("A", value);
    co_return co_await ctx.schedule_activity("P", value);
  });
  const auto first = h.start("x");
  CHECK(still_running(first));
  REQUIRE(first.activities.size() == 1);
  CHECK(first.activities[0].name == "A");
  CHECK(first.activities[0].input == "xxxx");
  CHECK(h.types() == std::vector<std::string>{"OrchestrationStarted", "ActivityScheduled",
                                              "ActivityCompleted", "ActivityScheduled",
                                              "ActivityCompleted", "ActivityScheduled"});
  const auto last = h.turn(h.activity_completed(6, "y"));
  CHECK(output_of(last) == "yy");
  CHECK(last.activities.empty());
}

TEST_CASE("at once: a failure is caught like any other", "[replay][activities][errors]") {
  auto h = computing([](OrchestrationContext ctx, std::string input) -> Task<std::string> {
    const auto result = co_await ctx.schedule_activity("P", input).as_result();
    co_return result ? "worked" : result.error().message;
  });
  CHECK(output_of(h.start("bad")) == "no");
}

TEST_CASE("at once: no more in a turn than may be", "[replay][activities][limits]") {
  auto h = computing([](OrchestrationContext ctx, int count) -> Task<int> {
    std::string value;
    for (int i = 0; i < count; ++i) {
      value = co_await ctx.schedule_activity("P", "x");
    }
    co_return count;
  });
  h.services.most_run_at_once = 3;
  const auto first = h.start("5");
  CHECK(still_running(first));
  REQUIRE(first.activities.size() == 1);
  CHECK(first.activities[0].id == 8);
  CHECK(h.history().size() == 8);
  CHECK(output_of(h.turn(h.activity_completed(8, "xx"))) == "5");
}

TEST_CASE("at once: no more comes of it in a turn than may", "[replay][activities][limits]") {
  auto h = computing([](OrchestrationContext ctx, int count) -> Task<int> {
    std::string value;
    for (int i = 0; i < count; ++i) {
      value = co_await ctx.schedule_activity("P", "xx");
    }
    co_return count;
  });
  h.services.most_bytes_at_once = 5;
  const auto first = h.start("3");
  REQUIRE(first.activities.size() == 1);
  CHECK(first.activities[0].id == 6);  // two have come to 8 bytes
}

TEST_CASE("at once: one that has to go out after all is tried once, whatever comes in the turn",
          "[replay][activities]") {
  auto h = computing([](OrchestrationContext ctx, std::string) -> Task<std::string> {
    auto open = ctx.schedule_activity("A", "x");
    std::string data;
    for (int i = 0; i < 3; ++i) {
      data = co_await ctx.wait_for_external_event("Go");
      data = co_await ctx.schedule_activity("P", data);
    }
    co_return co_await std::move(open);
  });
  int tries = 0;
  h.services.run_at_once = [&](const work::ActivityExecute& item) {
    tries += item.name == "A" ? 1 : 0;
    return compute(item);
  };
  const auto turn = h.start(
      "", {Harness::raised("Go", "1"), Harness::raised("Go", "2"), Harness::raised("Go", "3")});
  CHECK(still_running(turn));
  CHECK(tries == 1);
  REQUIRE(turn.activities.size() == 1);
  CHECK(turn.activities[0].name == "A");
  CHECK(turn.untaken.empty());
}

TEST_CASE("at once: what is given up before it has run does not run", "[replay][activities]") {
  auto h = computing([](OrchestrationContext ctx, std::string) -> Task<std::string> {
    auto first = ctx.schedule_activity("A", "x");
    { auto dropped = ctx.schedule_activity("P", "x"); }
    co_return co_await std::move(first);
  });
  const auto turn = h.start();
  REQUIRE(turn.activities.size() == 1);
  CHECK(turn.activities[0].name == "A");
  CHECK(h.types() == std::vector<std::string>{"OrchestrationStarted", "ActivityScheduled",
                                              "ActivityScheduled", "ActivityCancelRequested"});
}

TEST_CASE("at once: several that are called together run in the order of their calls",
          "[replay][activities][combinators]") {
  auto h = computing([](OrchestrationContext ctx, std::string) -> Task<std::string> {
    std::vector<DurableFuture<std::string>> all;
    for (const char* input : {"a", "b", "c"}) {
      all.push_back(ctx.schedule_activity("P", std::string(input)));
    }
    const std::vector<std::string> values = co_await when_all(std::move(all));
    co_return values[0] + values[1] + values[2];
  });
  CHECK(output_of(h.start()) == "aabbcc");
  CHECK(h.history()[4].source_event_id == 2);
  CHECK(h.history()[6].source_event_id == 4);
}

}  // namespace duroxide::run_at_once_test
