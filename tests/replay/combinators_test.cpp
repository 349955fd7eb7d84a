// when_all, when_any, helper tasks, and what becomes of the losers.

#include <catch2/catch.hpp>

#include "replay/harness.hpp"

using namespace duroxide;
using namespace duroxide::replay::test;
using namespace std::chrono_literals;

namespace {

Task<std::string> two_steps_of(OrchestrationContext ctx, std::string name) {
  auto first = co_await ctx.schedule_activity(name, "1");
  auto second = co_await ctx.schedule_activity(name, "2");
  co_return first + second;
}

std::vector<std::uint64_t> cancelled(const replay::TurnResult& result) {
  return result.cancelled_activities;
}

}  // namespace

TEST_CASE("when_all gives results in argument order, whatever comes first", "[combinators]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    auto all = co_await when_all(ctx.schedule_activity("A"), ctx.schedule_activity<int>("B"),
                                 ctx.schedule_timer(1s));
    co_return std::get<0>(all) + std::to_string(std::get<1>(all));
  });
  (void)harness.start();
  (void)harness.turn(harness.activity_completed(3, "7"));
  (void)harness.turn(harness.timer_fired(4));
  CHECK(output_of(harness.turn(harness.activity_completed(2, "a"))) == "a7");
}

TEST_CASE("when_all of any width", "[combinators]") {
  const std::size_t width = GENERATE(as<std::size_t>(), 0, 1, 31, 500);
  Harness harness(both_ways(), [width](OrchestrationContext ctx) -> Task<std::size_t> {
    std::vector<DurableFuture<int>> futures;
    for (std::size_t i = 0; i < width; ++i) {
      futures.push_back(ctx.schedule_activity<int>("A", i));
    }
    const auto values = co_await when_all(std::move(futures));
    co_return values.size();
  });
  auto result = harness.start();
  std::vector<WorkItem> completions;
  for (const auto& activity : result.activities) {
    completions.push_back(harness.activity_completed(activity.id, activity.input));
  }
  if (width > 0) {
    result = harness.turn(completions);
  }
  CHECK(output_of(result) == std::to_string(width));
}

TEST_CASE("when_all waits for all and throws the first failure in argument order",
          "[combinators]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    auto all = co_await when_all(ctx.schedule_activity("A"), ctx.schedule_activity("B"));
    co_return std::get<0>(all);
  });
  (void)harness.start();
  CHECK(still_running(harness.turn(harness.activity_failed(3, "second"))));
  CHECK(failure_of(harness.turn(harness.activity_failed(2, "first"))).message == "first");
}

TEST_CASE("when_all of results shows each", "[combinators]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    auto all = co_await when_all(ctx.schedule_activity("A").as_result(),
                                 ctx.schedule_activity("B").as_result());
    co_return std::string(std::get<0>(all) ? "ok" : "bad") + (std::get<1>(all) ? "ok" : "bad");
  });
  (void)harness.start();
  (void)harness.turn(harness.activity_failed(3, "x"));
  CHECK(output_of(harness.turn(harness.activity_completed(2, ""))) == "okbad");
}

TEST_CASE("the first in history wins when_any, and the losers are cancelled",
          "[combinators][cancellation]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::size_t> {
    const auto won = co_await when_any(ctx.schedule_activity("A"), ctx.schedule_activity("B"),
                                       ctx.schedule_timer(1s));
    co_await ctx.schedule_activity("After");
    co_return won.index();
  });
  (void)harness.start();
  const auto raced =
      harness.turn({harness.activity_completed(3, "b"), harness.activity_completed(2, "a")});
  CHECK(cancelled(raced) == std::vector<std::uint64_t>{2});
  REQUIRE(raced.cancelled_timers.size() == 1);
  CHECK(raced.cancelled_timers[0].id == 4);
  CHECK(raced.cancelled_timers[0].fire_at ==
        std::get<event::TimerCreated>(harness.history().at(3).kind).fire_at);
  const auto after = raced.activities.at(0).id;
  CHECK(output_of(harness.turn(harness.activity_completed(after, ""))) == "1");
}

TEST_CASE("the winner of when_any over a vector", "[combinators]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    std::vector<DurableFuture<std::string>> futures;
    for (int i = 0; i < 40; ++i) {
      futures.push_back(ctx.schedule_activity("A", i));
    }
    auto won = co_await when_any(std::move(futures));
    co_return std::to_string(won.index) + won.value;
  });
  (void)harness.start();
  const auto result = harness.turn(harness.activity_completed(39, "x"));
  CHECK(output_of(result) == "37x");
  CHECK(cancelled(result).size() == 39);
}

TEST_CASE("a loser that the code keeps can be awaited again", "[combinators][cancellation]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    auto slow = ctx.schedule_activity("Slow");
    const auto first = co_await when_any(slow, ctx.schedule_timer(1s));
    auto value = co_await slow;
    co_return std::to_string(first.index()) + value;
  });
  (void)harness.start();
  const auto timed = harness.turn(harness.timer_fired(3));
  CHECK(cancelled(timed).empty());
  CHECK(output_of(harness.turn(harness.activity_completed(2, "late"))) == "1late");
}

TEST_CASE("helper tasks run concurrently under when_all", "[combinators]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    auto all = co_await when_all(two_steps_of(ctx, "A"), two_steps_of(ctx, "B"));
    co_return std::get<0>(all) + std::get<1>(all);
  });
  const auto first = harness.start();
  REQUIRE(first.activities.size() == 2);
  const auto second = harness.turn(harness.activity_completed(3, "b1"));
  const auto third = harness.turn(harness.activity_completed(2, "a1"));
  (void)harness.turn(harness.activity_completed(third.activities.at(0).id, "a2"));
  CHECK(output_of(harness.turn(harness.activity_completed(second.activities.at(0).id, "b2"))) ==
        "a1a2b1b2");
}

TEST_CASE("a helper that loses a race takes what it waited for with it",
          "[combinators][cancellation]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    const auto won = co_await when_any(two_steps_of(ctx, "A"), ctx.schedule_timer(1s));
    co_await ctx.schedule_timer(1s);
    co_return std::to_string(won.index());
  });
  const auto first = harness.start();
  // The timer is scheduled when the arguments are made, the helper's activity when it starts.
  const auto timer = first.timers.at(0).id;
  const auto activity = first.activities.at(0).id;
  const auto raced = harness.turn(harness.timer_fired(timer));
  CHECK(cancelled(raced) == std::vector<std::uint64_t>{activity});
  CHECK(output_of(harness.turn(harness.timer_fired(raced.timers.at(0).id))) == "1");
}

TEST_CASE("combinations nest", "[combinators][timers]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    auto result = co_await when_any(
        when_all(ctx.schedule_activity("A"), ctx.schedule_activity("B")), ctx.schedule_timer(1s));
    co_return std::to_string(result.index());
  });
  (void)harness.start();
  CHECK(still_running(harness.turn(harness.activity_completed(2, ""))));
  CHECK(output_of(harness.turn(harness.activity_completed(3, ""))) == "0");
}

TEST_CASE("what is dropped before its turn ends never leaves", "[combinators][cancellation]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<> {
    const auto wait = 1s;
    {
      auto activity = ctx.schedule_activity("A");
      auto timer = ctx.schedule_timer(wait);
      auto child = ctx.schedule_sub_orchestration("C");
    }
    co_await ctx.schedule_activity("B");
  });
  const auto first = harness.start();
  REQUIRE(first.activities.size() == 1);
  CHECK(first.activities[0].name == "B");
  CHECK(first.timers.empty());
  CHECK(first.messages.empty());
  CHECK(cancelled(first).empty());
  CHECK(output_of(harness.turn(harness.activity_completed(first.activities[0].id, ""))).empty());
}

TEST_CASE("a dropped child is asked to stop", "[combinators][children][cancellation]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<> {
    const auto won = co_await when_any(ctx.schedule_sub_orchestration("C"), ctx.schedule_timer(1s));
    co_await ctx.schedule_activity(std::to_string(won.index()));
  });
  (void)harness.start();
  const auto raced = harness.turn(harness.timer_fired(3));
  REQUIRE(raced.messages.size() == 1);
  CHECK(std::get<work::CancelInstance>(raced.messages[0]).instance == "i::sub::1.2");
}

TEST_CASE("the late result of something cancelled changes nothing", "[combinators][cancellation]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<> {
    const auto won = co_await when_any(ctx.schedule_activity("A"), ctx.schedule_timer(1s));
    co_await ctx.schedule_activity(std::to_string(won.index()));
  });
  (void)harness.start();
  (void)harness.turn(harness.timer_fired(3));
  const auto size = harness.history().size();
  CHECK(still_running(harness.turn(harness.activity_completed(2, "late"))));
  CHECK(harness.history().size() == size);
}

TEST_CASE("map() changes the value, when somebody awaits it", "[combinators]") {
  const auto length = [](const std::string& text) { return text.size(); };
  const auto residency = both_ways();
  SECTION("of one future") {
    Harness harness(residency, [length](OrchestrationContext ctx) -> Task<std::size_t> {
      auto mapped = ctx.schedule_activity("A").map(length);
      const std::size_t size = co_await std::move(mapped);
      co_return size * 2;
    });
    (void)harness.start();
    CHECK(output_of(harness.turn(harness.activity_completed(2, "four"))) == "8");
  }
  SECTION("of one without a value") {
    Harness harness(residency, [](OrchestrationContext ctx) -> Task<std::string> {
      const auto told = [] { return std::string("fired"); };
      auto mapped = ctx.schedule_timer(1s).map(told);
      std::string text = co_await std::move(mapped);
      co_return text;
    });
    (void)harness.start();
    CHECK(output_of(harness.turn(harness.timer_fired(2))) == "fired");
  }
  SECTION("of several that are joined") {
    Harness harness(residency, [length](OrchestrationContext ctx) -> Task<std::size_t> {
      auto first = ctx.schedule_activity("A").map(length);
      auto second = ctx.schedule_activity("B").map(length);
      const auto sizes = co_await when_all(std::move(first), std::move(second));
      co_return std::get<0>(sizes) * 10 + std::get<1>(sizes);
    });
    (void)harness.start();
    (void)harness.turn(harness.activity_completed(3, "b"));
    CHECK(output_of(harness.turn(harness.activity_completed(2, "aa"))) == "21");
  }
  SECTION("not of a failure") {
    bool called = false;
    Harness harness(Residency::resident, [&called](OrchestrationContext ctx) -> Task<int> {
      const auto never = [&called](const std::string&) {
        called = true;
        return 1;
      };
      auto mapped = ctx.schedule_activity("A").map(never);
      const int number = co_await std::move(mapped);
      co_return number;
    });
    (void)harness.start();
    CHECK(failure_of(harness.turn(harness.activity_failed(2, "no"))).message == "no");
    CHECK_FALSE(called);
  }
}

TEST_CASE("a mapped future that is dropped, or loses, is cancelled",
          "[combinators][cancellation]") {
  const bool races = GENERATE(false, true);
  Harness harness(both_ways(), [races](OrchestrationContext ctx) -> Task<> {
    const auto length = [](const std::string& text) { return text.size(); };
    auto mapped = ctx.schedule_activity("A").map(length);
    if (races) {
      co_await when_any(std::move(mapped), ctx.schedule_timer(1s));
    } else {
      const auto dropped = std::move(mapped);
      co_await ctx.schedule_timer(1s);
    }
    co_await ctx.schedule_activity("After");
  });
  (void)harness.start();
  const auto raced = harness.turn(harness.timer_fired(3));
  CHECK(cancelled(raced) == std::vector<std::uint64_t>{2});
  CHECK(raced.activities.size() == 1);
}

TEST_CASE("a child that has ended is not asked to stop", "[combinators][children]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<> {
    {
      auto awaited = ctx.schedule_sub_orchestration("C");
      auto looked_at_never = ctx.schedule_sub_orchestration("D");
      co_await when_any(awaited, ctx.schedule_timer(1h));
    }
    co_await ctx.schedule_activity("After");
  });
  (void)harness.start();
  const auto raced =
      harness.turn({harness.child_completed(3, "d"), harness.child_completed(2, "c")});
  CHECK(raced.messages.empty());
  CHECK(raced.cancelled_timers.size() == 1);
  for (const std::string& type : harness.types()) {
    CHECK(type != "SubOrchestrationCancelRequested");
  }
}

TEST_CASE("mistakes in awaiting are told to the code, not waited for", "[combinators][errors]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    std::string text;
    auto moved = ctx.schedule_activity("A");
    const auto owner = std::move(moved);
    try {
      co_await moved;
    } catch (const std::logic_error& error) {
      text += error.what();
    }
    auto shared = ctx.schedule_activity("B");
    try {
      co_await when_all(shared, shared);
    } catch (const std::logic_error& error) {
      text += error.what();
    }
    try {
      co_await when_any(std::vector<DurableFuture<int>>());
    } catch (const std::invalid_argument& error) {
      text += error.what();
    }
    co_return text;
  });
  const auto text = output_of(harness.start());
  CHECK_THAT(text, Catch::Contains("moved from") && Catch::Contains("two places at once: B") &&
                       Catch::Contains("empty vector"));
}
