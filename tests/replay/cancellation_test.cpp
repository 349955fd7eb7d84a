// How code learns of a cancellation, and what it can do about it.

#include <catch2/catch.hpp>

#include "replay/harness.hpp"

using namespace duroxide;
using namespace duroxide::replay::test;
using namespace std::chrono_literals;

namespace {

const WorkItem cancel = work::CancelInstance{"i", "enough"};

Task<std::string> helper(OrchestrationContext ctx, std::string name) {
  std::string text = co_await ctx.schedule_activity(name);
  co_return text;
}

/// Catches the request, cleans up under a shield, and returns.
Task<std::string> cleans_up(OrchestrationContext ctx) {
  std::string reason;
  try {
    co_await ctx.schedule_activity("Work");
  } catch (const OrchestrationCancelled& cancelled) {
    reason = cancelled.reason();
  }
  if (!reason.empty()) {
    const auto shield = ctx.shield();
    co_await ctx.schedule_activity("Clean up", reason);
  }
  co_return "done";
}

}  // namespace

TEST_CASE("cleanup under a shield is durable, and the instance ends as cancelled",
          "[cancellation]") {
  Harness harness(both_ways(), cleans_up);
  (void)harness.start();
  const auto told = harness.turn(cancel);
  REQUIRE(still_running(told));
  CHECK(told.cancelled_activities == std::vector<std::uint64_t>{2});
  REQUIRE(told.activities.size() == 1);
  CHECK(told.activities[0].name == "Clean up");
  CHECK(told.activities[0].input == "enough");
  const auto cleanup = told.activities[0].id;
  CHECK(harness.turn(work::CancelInstance{"i", "again"}).events.empty());
  const auto details = failure_of(harness.turn(harness.activity_completed(cleanup, "")));
  CHECK(details.is_cancelled());
  CHECK(details.message == "enough");
}

TEST_CASE("a cleanup that fails makes the instance failed, not cancelled", "[cancellation]") {
  Harness harness(both_ways(), cleans_up);
  (void)harness.start();
  const auto cleanup = harness.turn(cancel).activities.at(0).id;
  const auto details = failure_of(harness.turn(harness.activity_failed(cleanup, "cannot")));
  CHECK_FALSE(details.is_cancelled());
  CHECK(details.message == "cannot");
}

TEST_CASE("handlers of ordinary failures do not catch a cancellation", "[cancellation]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    std::string text = "none";
    try {
      const auto result = co_await ctx.schedule_activity("A").as_result();
      text = result ? "value" : "error";
    } catch (const std::exception& error) {
      text = error.what();
    }
    co_return text;
  });
  (void)harness.start();
  CHECK(failure_of(harness.turn(cancel)).is_cancelled());
}

TEST_CASE("a cancellation reaches every branch, and each can clean up", "[cancellation]") {
  const auto branch = [](OrchestrationContext ctx, std::string name) -> Task<std::string> {
    std::string result;
    bool cancelled = false;
    try {
      result = co_await helper(ctx, name);
    } catch (const OrchestrationCancelled&) {
      cancelled = true;
    }
    if (cancelled) {
      const auto shield = ctx.shield();
      co_await ctx.schedule_activity("Undo " + name);
    }
    co_return result;
  };
  Harness harness(both_ways(), [branch](OrchestrationContext ctx) -> Task<> {
    std::vector<Task<std::string>> branches;
    branches.push_back(branch(ctx, "A"));
    branches.push_back(branch(ctx, "B"));
    co_await when_all(std::move(branches));
  });
  (void)harness.start();
  const auto told = harness.turn(cancel);
  CHECK(told.cancelled_activities == std::vector<std::uint64_t>{2, 3});
  REQUIRE(told.activities.size() == 2);
  CHECK(told.activities[0].name == "Undo A");
  CHECK(told.activities[1].name == "Undo B");
  CHECK(still_running(harness.turn(harness.activity_completed(told.activities[0].id, ""))));
  CHECK(failure_of(harness.turn(harness.activity_completed(told.activities[1].id, "")))
            .is_cancelled());
}

TEST_CASE("a cancellation ends timers, events, races and whole combinations",
          "[cancellation][combinators]") {
  const int what = GENERATE(range(0, 5));
  Harness harness(both_ways(), [what](OrchestrationContext ctx) -> Task<> {
    const int kind = what;
    switch (kind) {
      case 0:
        co_await ctx.schedule_timer(1h);
        break;
      case 1:
        co_await ctx.wait_for_external_event("E");
        break;
      case 2:
        co_await ctx.dequeue_event("Q");
        break;
      case 3:
        co_await when_any(ctx.schedule_activity("A"), ctx.schedule_timer(1h));
        break;
      default:
        co_await when_all(ctx.schedule_activity("A"), helper(ctx, "B"), ctx.schedule_timer(1h));
        break;
    }
  });
  (void)harness.start();
  const auto details = failure_of(harness.turn(cancel));
  CHECK(details.is_cancelled());
  CHECK(harness.types().back() == "OrchestrationFailed");
}

TEST_CASE("a shield puts a cancellation off until the last of them is gone", "[cancellation]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    std::string seen;
    {
      const auto outer = ctx.shield();
      {
        const auto inner = ctx.shield();
        seen += co_await ctx.schedule_activity("A");
      }
      seen += ctx.is_cancel_requested() ? "!" : "-";
      seen += co_await ctx.schedule_activity("B");
    }
    co_await ctx.schedule_activity("C", seen);
    co_return seen;
  });
  (void)harness.start();
  CHECK(still_running(harness.turn(cancel)));
  CHECK(still_running(harness.turn(harness.activity_completed(2, "a"))));
  const auto details = failure_of(harness.turn(harness.activity_completed(5, "b")));
  CHECK(details.is_cancelled());
}

TEST_CASE("a request that was never told does not undo a success", "[cancellation]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    const auto shield = ctx.shield();
    std::string text = co_await ctx.schedule_activity("A");
    co_return text;
  });
  (void)harness.start();
  (void)harness.turn(cancel);
  CHECK(output_of(harness.turn(harness.activity_completed(2, "saved"))) == "saved");
}

TEST_CASE("a request under a shield goes on to the next execution",
          "[cancellation][continue-as-new]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<> {
    const auto shield = ctx.shield();
    co_await ctx.schedule_activity("A");
    co_await ctx.continue_as_new("next");
  });
  (void)harness.start();
  (void)harness.turn(cancel);
  const auto result = harness.turn(harness.activity_completed(2, ""));
  REQUIRE(std::holds_alternative<replay::ContinuedAsNew>(result.outcome));
  REQUIRE(result.messages.size() == 2);
  CHECK(result.messages[1] == cancel);
}

TEST_CASE("a cancelled orchestration cannot continue as new", "[cancellation][continue-as-new]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<> {
    bool cancelled = false;
    try {
      co_await ctx.schedule_activity("A");
    } catch (const OrchestrationCancelled&) {
      cancelled = true;
    }
    if (cancelled) {
      co_await ctx.continue_as_new("next");
    }
  });
  (void)harness.start();
  CHECK(failure_of(harness.turn(cancel)).is_cancelled());
}

TEST_CASE("code that will not stop awaiting fails instead of hanging the engine",
          "[cancellation]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<> {
    const bool stubborn = true;
    while (stubborn) {
      try {
        co_await ctx.wait_for_external_event("E");
      } catch (const OrchestrationCancelled&) {
        continue;
      }
    }
  });
  harness.services.history_limit = 0;
  (void)harness.start();
  const auto details = failure_of(harness.turn(cancel));
  CHECK(details.kind == ErrorKind::cancellation_ignored);
  CHECK_THAT(details.message, Catch::Contains("shield"));
}

TEST_CASE("a future that was kept can be awaited under a shield after the cancellation",
          "[cancellation]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    auto kept = ctx.schedule_activity("A");
    bool cancelled = false;
    try {
      co_await kept;
    } catch (const OrchestrationCancelled&) {
      cancelled = true;
    }
    std::string text;
    if (cancelled) {
      const auto shield = ctx.shield();
      text = co_await kept;
      co_await ctx.schedule_activity("Undo", text);
    }
    co_return text;
  });
  (void)harness.start();
  CHECK(still_running(harness.turn(cancel)));
  const auto undo = harness.turn(harness.activity_completed(2, "booked"));
  REQUIRE(undo.activities.size() == 1);
  CHECK(undo.activities[0].input == "booked");
  CHECK(failure_of(harness.turn(harness.activity_completed(undo.activities[0].id, "")))
            .is_cancelled());
}

TEST_CASE("a child that is told by its parent hears of it like any other",
          "[cancellation][children]") {
  Harness harness(both_ways(), cleans_up);
  (void)harness.turn(work::StartOrchestration{"i", "Test", "", {}, ParentLink{"p", 3, 7}});
  const auto cleanup =
      harness.turn(work::CancelInstance{"i", "enough", ParentLink{"p", 3, 7}}).activities.at(0).id;
  const auto ended = harness.turn(harness.activity_completed(cleanup, ""));
  CHECK(failure_of(ended).is_cancelled());
  const auto& told = std::get<work::SubOrchFailed>(ended.messages.at(0));
  CHECK(told.details.is_cancelled());
  REQUIRE(told.details.chain.size() == 1);
  CHECK(told.details.chain[0] == ErrorOrigin{ErrorOrigin::Kind::orchestration, "Test", "i", 1, 0});
}

TEST_CASE("an interruption that nobody took is not left over for the next await",
          "[cancellation]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    auto kept = ctx.schedule_activity("A");
    auto other = ctx.schedule_activity("B");
    bool cancelled = false;
    try {
      // Both branches are interrupted; the first ends the race, and the second is never looked at.
      co_await when_any(when_all(other), when_all(kept));
    } catch (const OrchestrationCancelled&) {
      cancelled = true;
    }
    std::string text = cancelled ? "" : "not told";
    const auto shield = ctx.shield();
    text += co_await kept;
    co_await ctx.schedule_activity("Undo", text);
    co_return text;
  });
  (void)harness.start();
  CHECK(still_running(harness.turn(cancel)));
  const auto undo = harness.turn(harness.activity_completed(2, "booked"));
  REQUIRE(undo.activities.size() == 1);
  CHECK(undo.activities[0].input == "booked");
}

TEST_CASE("futures that a combination was interrupted at can be awaited again under a shield",
          "[cancellation][combinators]") {
  const bool is_done_before = GENERATE(false, true);
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    std::string text;
    auto first = ctx.schedule_activity("A");
    auto second = ctx.schedule_activity("B");
    bool cancelled = false;
    try {
      co_await when_all(first, second);
    } catch (const OrchestrationCancelled&) {
      cancelled = true;
    }
    if (cancelled) {
      const auto shield = ctx.shield();
      text = co_await first;
      text += co_await second;
      co_await ctx.schedule_activity("Undo", text);
    }
    co_return text;
  });
  (void)harness.start();
  CHECK(still_running(harness.turn(cancel)));
  auto one = harness.activity_completed(2, "a");
  auto other = harness.activity_completed(3, "b");
  if (is_done_before) {
    std::swap(one, other);
  }
  CHECK(still_running(harness.turn(one)));
  const auto undo = harness.turn(other);
  REQUIRE(undo.activities.size() == 1);
  CHECK(undo.activities[0].input == "ab");
}
