// Calls with retries and timeouts.

#include <cmath>
#include <limits>
#include <set>

#include <catch2/catch.hpp>

#include "replay/harness.hpp"

using namespace duroxide;
using namespace duroxide::replay::test;
using namespace std::chrono_literals;

namespace {

using Types = std::vector<std::string>;

/// Calls `A` with `options`; gives its result, or what went wrong.
auto calling(ActivityOptions options) {
  return [options](OrchestrationContext ctx) -> Task<std::string> {
    std::string text;
    auto result = co_await ctx.schedule_activity("A", "in", options).as_result();
    if (result) {
      text = *result;
    } else {
      text = std::string(to_string(result.error().kind)) + ": " + result.error().message;
    }
    co_return text;
  };
}

Timestamp created(const Harness& harness, std::uint64_t timer) {
  return std::get<event::TimerCreated>(harness.history().at(timer - 1).kind).fire_at;
}
Milliseconds delay_of(const Harness& harness, std::uint64_t timer) {
  return created(harness, timer) - harness.history().at(timer - 1).timestamp;
}

}  // namespace

TEST_CASE("waits between attempts", "[retry]") {
  struct Row {
    Backoff backoff;
    std::vector<std::int64_t> waits;
  };
  const auto row = GENERATE(values<Row>({
      {Backoff::none(), {0, 0, 0}},
      {Backoff::fixed(70ms), {70, 70, 70}},
      {Backoff::linear(100ms), {100, 200, 300}},
      {Backoff::exponential(100ms), {100, 200, 350}},
      {Backoff::exponential(10ms, 3.0), {10, 30, 90}},
  }));
  for (std::size_t i = 0; i < row.waits.size(); ++i) {
    CHECK(row.backoff.after(static_cast<std::uint32_t>(i + 1), 350ms).count() == row.waits[i]);
  }
  CHECK(Backoff::exponential(1h, 10.0).after(4'000'000'000U, 24h) == 24h);
}

TEST_CASE("what a policy says that nobody has changed", "[retry]") {
  const RetryPolicy policy;
  CHECK(policy.max_attempts() == 3);
  CHECK(policy.max_backoff() == 30s);
  CHECK(policy.jitter() == 0.0);
  CHECK_FALSE(policy.attempt_timeout());
  const auto more = RetryPolicy().max_attempts(5);
  CHECK(more.max_attempts() == 5);
  CHECK_FALSE(more.attempt_timeout());
  for (const RetryPolicy& each : {policy, more}) {
    std::vector<Milliseconds> waits;
    for (std::uint32_t attempt = 1; attempt <= 10; ++attempt) {
      waits.push_back(each.backoff().after(attempt, each.max_backoff()));
    }
    CHECK(waits == std::vector<Milliseconds>{100ms, 200ms, 400ms, 800ms, 1600ms, 3200ms, 6400ms,
                                             12'800ms, 25'600ms, 30s});
  }
}

TEST_CASE("the default policy, as it is carried out", "[retry]") {
  Harness harness(both_ways(), calling(ActivityOptions().retry(RetryPolicy())));
  harness.services.now = [] { return from_milliseconds(0); };
  (void)harness.start();
  auto turn = harness.turn(harness.activity_failed(2, "first"));
  CHECK(delay_of(harness, turn.timers.at(0).id) == 100ms);
  turn = harness.turn(harness.timer_fired(turn.timers[0].id));
  turn = harness.turn(harness.activity_failed(turn.activities.at(0).id, "second"));
  CHECK(delay_of(harness, turn.timers.at(0).id) == 200ms);
  turn = harness.turn(harness.timer_fired(turn.timers[0].id));
  turn = harness.turn(harness.activity_failed(turn.activities.at(0).id, "third"));
  CHECK(output_of(turn) == "activity failed: third");
}

TEST_CASE("the wait after a very late attempt is the longest", "[retry]") {
  const auto last = std::numeric_limits<std::uint32_t>::max();
  const Milliseconds century = 24h * 365 * 100;
  for (const auto& backoff : {Backoff::exponential(100ms), Backoff::exponential(1ms, 1e300),
                              Backoff::linear(century), Backoff::fixed(century)}) {
    for (const std::uint32_t attempt : {std::uint32_t{64}, std::uint32_t{2000}, last - 1, last}) {
      CHECK(backoff.after(attempt, 30s) == 30s);
    }
  }
  CHECK(Backoff::exponential(0ms).after(last, 30s) >= 0ms);
  CHECK(Backoff::exponential(0ms).after(last, 30s) <= 30s);
  CHECK(Backoff::linear(0ms).after(last, 30s) == 0ms);
  CHECK(Backoff::exponential(5s, 1.0).after(last, 30s) == 5s);
  CHECK(Backoff::exponential(100ms).after(1, 0ms) == 0ms);
}

TEST_CASE("a failed attempt is tried again after its wait, and each is a schedule of its own",
          "[retry]") {
  Harness harness(both_ways(),
                  calling(ActivityOptions().retry(RetryPolicy().backoff(Backoff::fixed(1s)))));
  (void)harness.start();
  (void)harness.turn(harness.activity_failed(2, "first"));
  CHECK(harness.types() ==
        Types{"OrchestrationStarted", "ActivityScheduled", "ActivityFailed", "TimerCreated"});
  CHECK(delay_of(harness, 4) <= 1s);
  const auto second = harness.turn(harness.timer_fired(4));
  REQUIRE(second.activities.size() == 1);
  CHECK(second.activities[0].input == "in");
  CHECK(output_of(harness.turn(harness.activity_completed(second.activities[0].id, "ok"))) == "ok");
}

TEST_CASE("the last error comes back as it is, without a wait behind it", "[retry]") {
  Harness harness(
      both_ways(),
      calling(ActivityOptions().retry(RetryPolicy().max_attempts(2).backoff(Backoff::none()))));
  (void)harness.start();
  const auto second = harness.turn(harness.activity_failed(2, "first"));
  REQUIRE(second.activities.size() == 1);
  CHECK(second.timers.empty());
  const auto id = second.activities[0].id;
  const auto ended = harness.turn(harness.activity_failed(id, "second"));
  CHECK(output_of(ended) == "activity failed: second");
  CHECK(ended.timers.empty());
}

TEST_CASE("a predicate decides by the error, and a mistake in the program is not tried again",
          "[retry]") {
  SECTION("predicate") {
    const auto temporary = [](const ErrorDetails& error) { return error.message == "busy"; };
    Harness harness(both_ways(), calling(ActivityOptions().retry(
                                     RetryPolicy().backoff(Backoff::none()).retry_if(temporary))));
    (void)harness.start();
    const auto second = harness.turn(harness.activity_failed(2, "busy"));
    REQUIRE(second.activities.size() == 1);
    CHECK(output_of(harness.turn(harness.activity_failed(second.activities[0].id, "gone"))) ==
          "activity failed: gone");
  }
  SECTION("category") {
    Harness harness(both_ways(), calling(ActivityOptions().retry(RetryPolicy())));
    (void)harness.start();
    ErrorDetails details;
    details.category = ErrorCategory::configuration;
    details.kind = ErrorKind::limit_exceeded;
    details.message = "too large";
    CHECK(output_of(harness.turn(work::ActivityFailed{"i", 1, 2, details})) ==
          "limit exceeded: too large");
  }
}

TEST_CASE("an error that says so is not tried again, whatever the predicate says", "[retry]") {
  const auto always = [](const ErrorDetails&) { return true; };
  Harness harness(
      both_ways(),
      calling(ActivityOptions().retry(RetryPolicy().backoff(Backoff::none()).retry_if(always))));
  (void)harness.start();
  ErrorDetails details = application_error(ErrorKind::activity_failed, "blocked");
  const auto second = harness.turn(work::ActivityFailed{"i", 1, 2, details});
  REQUIRE(second.activities.size() == 1);
  details.do_not_retry = true;
  CHECK(output_of(harness.turn(work::ActivityFailed{"i", 1, second.activities[0].id, details})) ==
        "activity failed: blocked");
}

TEST_CASE("a predicate that throws fails the call", "[retry]") {
  const auto broken = [](const ErrorDetails&) -> bool { throw std::runtime_error("broken"); };
  Harness harness(both_ways(), calling(ActivityOptions().retry(RetryPolicy().retry_if(broken))));
  (void)harness.start();
  CHECK(output_of(harness.turn(harness.activity_failed(2, "x"))) == "activity failed: broken");
}

TEST_CASE("an attempt that takes too long is cancelled and tried again", "[retry][cancellation]") {
  Harness harness(both_ways(),
                  calling(ActivityOptions().retry(
                      RetryPolicy().max_attempts(2).backoff(Backoff::none()).attempt_timeout(5s))));
  (void)harness.start();
  CHECK(harness.types() == Types{"OrchestrationStarted", "ActivityScheduled", "TimerCreated"});
  const auto second = harness.turn(harness.timer_fired(3));
  CHECK(second.cancelled_activities == std::vector<std::uint64_t>{2});
  REQUIRE(second.activities.size() == 1);
  REQUIRE(second.timers.size() == 1);
  SECTION("the second succeeds: its deadline goes") {
    const auto ended = harness.turn(harness.activity_completed(second.activities[0].id, "ok"));
    CHECK(output_of(ended) == "ok");
    REQUIRE(ended.cancelled_timers.size() == 1);
    CHECK(ended.cancelled_timers[0].id == second.timers[0].id);
  }
  SECTION("the second takes too long as well") {
    CHECK(output_of(harness.turn(harness.timer_fired(second.timers[0].id))) ==
          "attempt timed out: attempt 2 of activity A took longer than 5000 ms");
  }
}

TEST_CASE("the timeout of a call ends it, in an attempt or between two", "[retry]") {
  Harness harness(both_ways(), calling(ActivityOptions().timeout(10s).retry(
                                   RetryPolicy().attempt_timeout(5s).backoff(Backoff::fixed(1s)))));
  (void)harness.start();
  const Types begin{"OrchestrationStarted", "ActivityScheduled", "TimerCreated", "TimerCreated"};
  CHECK(harness.types() == begin);
  const std::string told = "timed out: activity A took longer than 10000 ms";
  SECTION("in an attempt") {
    const auto ended = harness.turn(harness.timer_fired(4));
    CHECK(output_of(ended) == told);
    CHECK(ended.cancelled_activities == std::vector<std::uint64_t>{2});
    CHECK(ended.cancelled_timers.size() == 1);
  }
  SECTION("between two") {
    const auto pause = harness.turn(harness.activity_failed(2, "x"));
    REQUIRE(pause.timers.size() == 1);
    const auto ended = harness.turn(harness.timer_fired(4));
    CHECK(output_of(ended) == told);
    REQUIRE(ended.cancelled_timers.size() == 1);
    CHECK(ended.cancelled_timers[0].id == pause.timers[0].id);
  }
}

TEST_CASE("a timeout without retries", "[retry]") {
  Harness harness(both_ways(), calling(ActivityOptions().timeout(10s)));
  (void)harness.start();
  SECTION("not reached: a failure is not tried again") {
    const auto ended = harness.turn(harness.activity_failed(2, "no"));
    CHECK(output_of(ended) == "activity failed: no");
    CHECK(ended.cancelled_timers.size() == 1);
  }
  SECTION("reached") {
    CHECK(output_of(harness.turn(harness.timer_fired(3))) ==
          "timed out: activity A took longer than 10000 ms");
  }
}

TEST_CASE("jitter shortens a wait, and replays to the same", "[retry][replay]") {
  const auto policy =
      RetryPolicy().max_attempts(20).backoff(Backoff::fixed(100s)).max_backoff(1h).jitter(0.5);
  std::vector<Milliseconds> waits[2];
  for (int run = 0; run < 2; ++run) {
    Harness harness(run == 0 ? Residency::resident : Residency::rebuilt,
                    calling(ActivityOptions().retry(policy)));
    harness.services.now = [] { return from_milliseconds(0); };
    auto turn = harness.start();
    while (waits[run].size() < 19) {
      turn = harness.turn(harness.activity_failed(turn.activities.at(0).id, "x"));
      waits[run].push_back(delay_of(harness, turn.timers.at(0).id));
      turn = harness.turn(harness.timer_fired(turn.timers.at(0).id));
    }
  }
  CHECK(waits[0] == waits[1]);
  for (const auto wait : waits[0]) {
    CHECK(wait > 50s);
    CHECK(wait <= 100s);
  }
  CHECK(std::set<Milliseconds>(waits[0].begin(), waits[0].end()).size() > 15);
}

TEST_CASE("a call with retries is one future: it can race, be joined, mapped and dropped",
          "[retry][combinators]") {
  const auto policy = RetryPolicy().backoff(Backoff::none());
  const auto options = ActivityOptions().retry(policy);
  SECTION("a race that it loses cancels the attempt under way") {
    Harness harness(both_ways(), [options](OrchestrationContext ctx) -> Task<std::string> {
      const auto winner = co_await when_any(ctx.schedule_activity("A", "", options),
                                            ctx.wait_for_external_event("E"));
      co_return std::to_string(winner.index());
    });
    (void)harness.start();
    const auto second = harness.turn(harness.activity_failed(2, "x"));
    const auto ended = harness.turn(Harness::raised("E", ""));
    CHECK(output_of(ended) == "1");
    CHECK(ended.cancelled_activities == std::vector<std::uint64_t>{second.activities.at(0).id});
  }
  SECTION("joined with others") {
    Harness harness(both_ways(), [options](OrchestrationContext ctx) -> Task<std::string> {
      std::vector<DurableFuture<std::string>> calls;
      calls.push_back(ctx.schedule_activity("A", "", options));
      calls.push_back(ctx.schedule_activity("B", ""));
      const auto results = co_await when_all(std::move(calls));
      co_return results[0] + results[1];
    });
    (void)harness.start();
    (void)harness.turn(harness.activity_completed(3, "b"));
    const auto second = harness.turn(harness.activity_failed(2, "x"));
    CHECK(output_of(harness.turn(harness.activity_completed(second.activities.at(0).id, "a"))) ==
          "ab");
  }
  SECTION("mapped") {
    Harness harness(both_ways(), [options](OrchestrationContext ctx) -> Task<int> {
      const auto length = [](std::string text) { return static_cast<int>(text.size()); };
      auto call = ctx.schedule_activity("A", "", options).map(length);
      const int result = co_await std::move(call);
      co_return result;
    });
    (void)harness.start();
    CHECK(output_of(harness.turn(harness.activity_completed(2, "four"))) == "4");
  }
  SECTION("dropped before it is awaited") {
    Harness harness(both_ways(), [options](OrchestrationContext ctx) -> Task<> {
      { auto dropped = ctx.schedule_activity("A", "", options); }
      co_await ctx.wait_for_external_event("E");
    });
    const auto turn = harness.start();
    CHECK(turn.activities.empty());
    CHECK(harness.types() == Types{"OrchestrationStarted", "ActivityScheduled",
                                   "ActivityCancelRequested", "ExternalSubscribed"});
  }
}

TEST_CASE("a cancelled orchestration makes no more attempts", "[retry][cancellation]") {
  const auto policy = RetryPolicy().backoff(Backoff::fixed(1s));
  Harness harness(both_ways(), calling(ActivityOptions().retry(policy)));
  (void)harness.start();
  const auto pause = harness.turn(harness.activity_failed(2, "x"));
  const auto ended = harness.turn(work::CancelInstance{"i", "enough"});
  CHECK(failure_of(ended).is_cancelled());
  CHECK(ended.cancelled_timers.size() == pause.timers.size());
}

TEST_CASE("a child is tried again under another id", "[retry][children]") {
  const bool named = GENERATE(false, true);
  Harness harness(both_ways(), [named](OrchestrationContext ctx) -> Task<std::string> {
    SubOrchestrationOptions options;
    options.retry(RetryPolicy().backoff(Backoff::none())).timeout(1h).version("2.0.0");
    if (named) {
      options.instance_id("child");
    }
    std::string text = co_await ctx.schedule_sub_orchestration("C", "in", options);
    co_return text;
  });
  const auto first = harness.start();
  const auto& one = std::get<work::StartOrchestration>(first.messages.at(0));
  CHECK(one.instance == (named ? "child" : "i::sub::1.2"));
  CHECK(one.version == "2.0.0");
  const auto second = harness.turn(harness.child_failed(2, "x"));
  const auto& two = std::get<work::StartOrchestration>(second.messages.at(0));
  CHECK(two.instance == (named ? "child::2" : "i::sub::1.5"));
  CHECK(two.input == "in");
  CHECK(output_of(harness.turn(harness.child_completed(two.parent->event_id, "ok"))) == "ok");
}

TEST_CASE("senseless options are refused before anything is recorded", "[retry][limits][tags]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    int refused = 0;
    const auto refuse = [&](const ActivityOptions& options) {
      try {
        (void)ctx.schedule_activity("A", "", options);
      } catch (const OrchestrationError& error) {
        refused += error.details().kind == ErrorKind::invalid_input ? 1 : 100;
      }
    };
    refuse(ActivityOptions().timeout(0ms));
    refuse(ActivityOptions().timeout(-1ms));
    refuse(ActivityOptions().timeout(std::chrono::hours(24 * 366 * 101)));
    refuse(ActivityOptions().tag(""));
    refuse(ActivityOptions().tag(std::string(256, 't')));
    refuse(ActivityOptions().session(std::string(256, 's')));
    refuse(ActivityOptions().retry(RetryPolicy().max_attempts(0)));
    refuse(ActivityOptions().retry(RetryPolicy().jitter(1.5)));
    refuse(ActivityOptions().retry(RetryPolicy().jitter(std::nan(""))));
    refuse(ActivityOptions().retry(RetryPolicy().backoff(Backoff::fixed(-1ms))));
    refuse(ActivityOptions().retry(RetryPolicy().backoff(Backoff::exponential(1ms, 0.5))));
    refuse(ActivityOptions().retry(RetryPolicy().attempt_timeout(0ms)));
    co_return std::to_string(refused);
  });
  CHECK(output_of(harness.start()) == "12");
  CHECK(harness.history().size() == 2);
}

TEST_CASE("tag and session are part of what is scheduled", "[retry][tags][sessions]") {
  const auto with = [](ActivityOptions options) {
    return [options](OrchestrationContext ctx) -> Task<> {
      const std::string in;
      co_await ctx.schedule_activity("A", in, options);
    };
  };
  Harness harness(Residency::rebuilt, with(ActivityOptions().tag("gpu").session("s")));
  const auto turn = harness.start();
  CHECK(turn.activities.at(0).tag == "gpu");
  CHECK(turn.activities.at(0).session == "s");
  const auto changed = GENERATE(as<ActivityOptions>(), ActivityOptions().session("s"),
                                ActivityOptions().tag("cpu").session("s"),
                                ActivityOptions().tag("gpu"), ActivityOptions());
  harness.swap_code(with(changed));
  CHECK(failure_of(harness.turn(harness.activity_completed(2, ""))).kind ==
        ErrorKind::nondeterminism);
}

TEST_CASE("the longest tag and session", "[retry][limits][tags][sessions]") {
  const auto options = ActivityOptions().tag(std::string(255, 't')).session(std::string(255, 's'));
  Harness harness(both_ways(), calling(options));
  const auto turn = harness.start();
  CHECK(turn.activities.at(0).tag == std::string(255, 't'));
  CHECK(turn.activities.at(0).session == std::string(255, 's'));
  const auto& recorded = std::get<event::ActivityScheduled>(harness.history().at(1).kind);
  CHECK(recorded.tag == turn.activities[0].tag);
  CHECK(recorded.session == turn.activities[0].session);
  CHECK(output_of(harness.turn(harness.activity_completed(2, "ok"))) == "ok");
}
