// Waits for queues that are given up: they take no message, and history says so.

#include <catch2/catch.hpp>

#include "replay/harness.hpp"

using namespace duroxide;
using namespace duroxide::replay::test;
using namespace std::chrono_literals;

namespace {

using Ids = std::vector<std::uint64_t>;

/// The waits that history says were given up, by the id of their subscription.
Ids given_up(const Harness& harness) {
  Ids ids;
  for (const Event& event : harness.history()) {
    if (std::holds_alternative<event::QueueSubscriptionCancelled>(event.kind)) {
      ids.push_back(event.source_event_id);
    }
  }
  return ids;
}

}  // namespace

TEST_CASE("queues: of several waits only the one that is left takes the message", "[queues]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    std::string text;
    {
      auto first = ctx.dequeue_event("Q");
      auto second = ctx.dequeue_event("Q");
      co_await ctx.schedule_activity("A");
    }
    text = co_await ctx.dequeue_event("Q");
    co_return text;
  });
  (void)harness.start();
  (void)harness.turn(harness.activity_completed(4, ""));
  CHECK(given_up(harness) == Ids{3, 2});
  CHECK(output_of(harness.turn({Harness::queued("Q", "1"), Harness::queued("Q", "2")})) == "1");
  CHECK(given_up(harness) == Ids{3, 2});
}

TEST_CASE("queues: a lost race and the messages in one batch, all of it in history",
          "[queues][combinators]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    const auto won = co_await when_any(ctx.schedule_timer(1h), ctx.dequeue_event("Q"));
    std::string text = std::to_string(won.index());
    text += co_await ctx.dequeue_event("Q");
    co_await ctx.schedule_activity("A");
    text += co_await ctx.dequeue_event("Q");
    co_return text;
  });
  (void)harness.start();
  (void)harness.turn(
      {harness.timer_fired(2), Harness::queued("Q", "a"), Harness::queued("Q", "b")});
  CHECK(harness.types() == std::vector<std::string>{
                               "OrchestrationStarted", "TimerCreated", "QueueSubscribed",
                               "TimerFired", "QueueSubscriptionCancelled", "QueueSubscribed",
                               "QueueEventDelivered", "ActivityScheduled", "QueueEventDelivered"});
  CHECK(output_of(harness.turn(harness.activity_completed(8, ""))) == "0ab");
  CHECK(given_up(harness) == Ids{3});
}

TEST_CASE("queues: at the end, a wait that got nothing is closed, and one that did is not",
          "[queues]") {
  struct Row {
    int messages;
    Ids open;
  };
  const auto row = GENERATE(values<Row>({{0, {3, 2}}, {1, {3}}, {2, {}}, {3, {}}}));
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<> {
    auto first = ctx.dequeue_event("Q");
    auto second = ctx.dequeue_event("Q");
    co_await ctx.wait_for_external_event("End");
    if (first.is_ready()) {
      co_await std::move(first);
    }
    if (second.is_ready()) {
      co_await std::move(second);
    }
  });
  (void)harness.start();
  for (int i = 0; i < row.messages; ++i) {
    (void)harness.turn(Harness::queued("Q", std::to_string(i)));
  }
  CHECK(output_of(harness.turn(Harness::raised("End", ""))).empty());
  CHECK(given_up(harness) == row.open);
}

TEST_CASE("queues: the wait behind one that was given up is served, and nothing is left open",
          "[queues]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    std::string text;
    auto second = [&] {
      auto first = ctx.dequeue_event("Q");
      return ctx.dequeue_event("Q");
    }();
    text = co_await second;
    co_return text;
  });
  (void)harness.start();
  CHECK(output_of(harness.turn(Harness::queued("Q", "m"))) == "m");
  CHECK(given_up(harness) == Ids{2});
}

TEST_CASE("queues: what a wait that was given up did not take goes on, in its order",
          "[queues][continue-as-new]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<> {
    {
      auto dropped = ctx.dequeue_event("Q");
      co_await ctx.schedule_activity("A");
    }
    auto never_awaited = ctx.dequeue_event("Q");
    auto taken = co_await ctx.dequeue_event("R");
    co_await ctx.wait_for_external_event("Go");
    co_await ctx.continue_as_new(taken);
  });
  (void)harness.start();
  (void)harness.turn(Harness::queued("Q", "1"));  // to the one that is dropped afterwards
  (void)harness.turn(harness.activity_completed(3, ""));
  (void)harness.turn({Harness::queued("R", "r"), Harness::queued("Q", "2")});
  const auto result = harness.turn({Harness::raised("Go", ""), Harness::queued("Q", "3")});
  const auto next = next_of(result);
  CHECK(next.carried.messages == std::vector<CarriedEvent>{{"Q", "1"}, {"Q", "2"}, {"Q", "3"}});

  Harness second(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    std::string text;
    for (int i = 0; i < 4; ++i) {
      text += co_await ctx.dequeue_event("Q");
    }
    co_return text;
  });
  second.assignment = {"i", 2, "Test", "1.0.0", {}};
  CHECK(still_running(second.turn(next)));
  CHECK(output_of(second.turn(Harness::queued("Q", "4"))) == "1234");
}
