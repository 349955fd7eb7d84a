// Code that does not repeat its history.

#include <catch2/catch.hpp>

#include "replay/harness.hpp"

using namespace duroxide;
using namespace duroxide::replay::test;
using namespace std::chrono_literals;

namespace {

Task<std::string> calls(OrchestrationContext ctx, std::string name) {
  auto first = co_await ctx.schedule_activity(name, "in");
  auto second = co_await ctx.schedule_activity(name, first);
  co_return second;
}

/// An instance that has run `calls` up to its second activity.
Harness stopped_after_first_step() {
  Harness harness(Residency::rebuilt, calls);
  (void)harness.start("A");
  (void)harness.turn(harness.activity_completed(2, "one"));
  return harness;
}

ErrorDetails nondeterminism_of(const replay::TurnResult& result) {
  const auto details = failure_of(result);
  CHECK(details.category == ErrorCategory::configuration);
  REQUIRE(details.kind == ErrorKind::nondeterminism);
  REQUIRE(details.nondeterminism);
  CHECK(details.nondeterminism->orchestration == "Test");
  CHECK(details.nondeterminism->version == "1.0.0");
  CHECK_THAT(details.message, Catch::Contains(details.nondeterminism->recorded) &&
                                  Catch::Contains(details.nondeterminism->attempted));
  return details;
}

/// What one step is, as far as it can differ.
struct Step {
  enum class Kind { event, queue, child, detached, read, raise, enqueue, stop, nothing };
  Kind kind = Kind::nothing;
  std::string name = "N";
  std::string input = "in";
  std::string instance = "other";
  std::string version = "1.0.0";
};

/// Code that takes the step, and then waits.
auto taking(Step step) {
  return [step](OrchestrationContext ctx) -> Task<> {
    const Step taken = step;
    const auto options =
        SubOrchestrationOptions().instance_id(taken.instance).version(taken.version);
    switch (taken.kind) {
      case Step::Kind::event:
        co_await ctx.wait_for_external_event(taken.name);
        break;
      case Step::Kind::queue:
        co_await ctx.dequeue_event(taken.name);
        break;
      case Step::Kind::child:
        co_await ctx.schedule_sub_orchestration(taken.name, taken.input, options);
        break;
      case Step::Kind::detached:
        ctx.schedule_orchestration(taken.name, taken.instance, taken.input, taken.version);
        break;
      case Step::Kind::raise:
        ctx.raise_event(taken.instance, taken.name, taken.input);
        break;
      case Step::Kind::enqueue:
        ctx.enqueue_event(taken.instance, taken.name, taken.input);
        break;
      case Step::Kind::stop:
        ctx.cancel_instance(taken.instance, taken.input);
        break;
      case Step::Kind::read:
        co_await ctx.read_value(taken.instance, taken.name);
        break;
      case Step::Kind::nothing:
        break;
    }
    co_await ctx.wait_for_external_event("Go");
  };
}

}  // namespace

TEST_CASE("another activity name, input or kind of step is a mismatch", "[nondeterminism]") {
  Harness harness = stopped_after_first_step();
  const auto step = GENERATE(0, 1, 2, 3);
  harness.swap_code([step](OrchestrationContext ctx, std::string name) -> Task<std::string> {
    std::string out;
    if (step == 0) {
      out = co_await ctx.schedule_activity("B", "in");
    } else if (step == 1) {
      out = co_await ctx.schedule_activity(name, "other");
    } else if (step == 2) {
      co_await ctx.schedule_timer(1s);
    } else {
      out = co_await ctx.wait_for_external_event("E");
    }
    co_return out;
  });
  const auto details = nondeterminism_of(harness.turn(harness.activity_completed(4, "two")));
  CHECK(details.nondeterminism->event_id == 2);
  CHECK(details.nondeterminism->recorded == "ActivityScheduled(name `A`, input `in`)");
}

TEST_CASE("code that returns early leaves history unrepeated", "[nondeterminism]") {
  Harness harness = stopped_after_first_step();
  harness.swap_code([](OrchestrationContext ctx, std::string name) -> Task<std::string> {
    auto first = co_await ctx.schedule_activity(name, "in");
    co_return first;
  });
  const auto details = nondeterminism_of(harness.turn(harness.activity_completed(4, "two")));
  CHECK(details.nondeterminism->event_id == 4);
}

TEST_CASE("code that waits for something else leaves history unrepeated", "[nondeterminism]") {
  Harness harness = stopped_after_first_step();
  harness.swap_code([](OrchestrationContext ctx, std::string name) -> Task<std::string> {
    auto first = ctx.schedule_activity(name, "in");
    auto text = co_await std::move(first);
    co_await ctx.schedule_timer(1s);
    co_return text;
  });
  (void)nondeterminism_of(harness.turn(harness.activity_completed(4, "two")));
}

TEST_CASE("a cancellation that is not repeated is a mismatch", "[nondeterminism][cancellation]") {
  Harness harness(Residency::rebuilt, [](OrchestrationContext ctx) -> Task<> {
    const auto won = co_await when_any(ctx.schedule_activity("A"), ctx.schedule_timer(1s));
    co_await ctx.schedule_activity(std::to_string(won.index()));
  });
  (void)harness.start();
  (void)harness.turn(harness.timer_fired(3));
  harness.swap_code([](OrchestrationContext ctx) -> Task<> {
    auto kept = ctx.schedule_activity("A");
    const auto won = co_await when_any(kept, ctx.schedule_timer(1s));
    co_await ctx.schedule_activity(std::to_string(won.index()));
  });
  (void)nondeterminism_of(harness.turn(harness.activity_completed(6, "")));
}

TEST_CASE("a changed timer duration is no mismatch, and the recorded time counts",
          "[nondeterminism][timers]") {
  Harness harness(Residency::rebuilt, [](OrchestrationContext ctx) -> Task<> {
    const auto delay = 1s;
    co_await ctx.schedule_timer(delay);
    co_await ctx.schedule_activity("A");
  });
  (void)harness.start();
  harness.swap_code([](OrchestrationContext ctx) -> Task<> {
    const auto delay = 1h;
    co_await ctx.schedule_timer(delay);
    co_await ctx.schedule_activity("A");
  });
  CHECK(still_running(harness.turn(harness.timer_fired(2))));
}

TEST_CASE("steps added after the end of history are new work", "[nondeterminism]") {
  Harness harness(Residency::rebuilt, calls);
  (void)harness.start("A");
  harness.swap_code([](OrchestrationContext ctx, std::string name) -> Task<std::string> {
    auto first = ctx.schedule_activity(name, "in");
    auto added = ctx.schedule_activity("Added");
    auto all = co_await when_all(std::move(first), std::move(added));
    co_return std::get<0>(all) + std::get<1>(all);
  });
  const auto result = harness.turn(harness.activity_completed(2, "one"));
  REQUIRE(result.activities.size() == 1);
  CHECK(result.activities[0].name == "Added");
  CHECK(output_of(harness.turn(harness.activity_completed(result.activities[0].id, "two"))) ==
        "onetwo");
}

TEST_CASE("a completion that answers nothing, or something else, is a mismatch",
          "[nondeterminism]") {
  Harness harness(GENERATE(Residency::resident, Residency::rebuilt), calls);
  (void)harness.start("A");
  const auto wrong = GENERATE(0, 1);
  (void)nondeterminism_of(
      harness.turn(wrong == 0 ? harness.activity_completed(99, "") : harness.timer_fired(2)));
}

TEST_CASE("a mismatch is recorded once, and closes what was open", "[nondeterminism]") {
  Harness harness = stopped_after_first_step();
  harness.swap_code([](OrchestrationContext ctx) -> Task<> {
    const auto delay = 1s;
    co_await ctx.schedule_timer(delay);
  });
  const auto result = harness.turn(Harness::raised("E", ""));
  (void)nondeterminism_of(result);
  CHECK(result.cancelled_activities == std::vector<std::uint64_t>{4});
  const auto size = harness.history().size();
  harness.evict();
  const auto again = harness.turn(Harness::raised("E", ""));
  CHECK(again.events.empty());
  CHECK(harness.history().size() == size);
}

TEST_CASE("user code cannot swallow a mismatch", "[nondeterminism]") {
  Harness harness = stopped_after_first_step();
  harness.swap_code([](OrchestrationContext ctx) -> Task<std::string> {
    std::string text;
    for (int i = 0; i < 3; ++i) {
      try {
        text = co_await ctx.schedule_activity("Other");
      } catch (...) {
        text = "swallowed";
      }
    }
    co_return text;
  });
  (void)nondeterminism_of(harness.turn(harness.activity_completed(4, "two")));
}

TEST_CASE("a damaged history fails the instance with what is wrong",
          "[nondeterminism][corruption]") {
  Harness harness = stopped_after_first_step();
  auto history = harness.history();
  SECTION("no start") {
    history.erase(history.begin());
  }
  SECTION("a gap") {
    history.erase(history.begin() + 1);
  }
  harness.set_history({});
  replay::Execution execution(
      {"i", 1, "Test", "1.0.0",
       std::make_shared<const OrchestrationHandler>(detail::make_orchestration_handler(calls))},
      harness.services);
  execution.replay(history);
  const auto details = failure_of(execution.run({harness.activity_completed(4, "")}));
  CHECK(details.kind == ErrorKind::storage);
  CHECK_THAT(details.message, Catch::Contains("damaged"));
}

TEST_CASE("another event, queue, child, detached start or read than recorded is a mismatch",
          "[nondeterminism]") {
  using Kind = Step::Kind;
  struct Row {
    Kind kind;
    Step changed;
  };
  const auto row = GENERATE(values<Row>({
      {Kind::event, {Kind::event, "M"}},
      {Kind::event, {Kind::queue}},
      {Kind::queue, {Kind::queue, "M"}},
      {Kind::queue, {Kind::event}},
      {Kind::child, {Kind::child, "M"}},
      {Kind::child, {Kind::child, "N", "out"}},
      {Kind::child, {Kind::child, "N", "in", "another"}},
      {Kind::child, {Kind::child, "N", "in", "other", "2.0.0"}},
      {Kind::child, {Kind::detached}},
      {Kind::detached, {Kind::detached, "M"}},
      {Kind::detached, {Kind::detached, "N", "out"}},
      {Kind::detached, {Kind::detached, "N", "in", "another"}},
      {Kind::detached, {Kind::detached, "N", "in", "other", "2.0.0"}},
      {Kind::detached, {Kind::nothing}},
      {Kind::read, {Kind::read, "M"}},
      {Kind::read, {Kind::read, "N", "in", "another"}},
      {Kind::read, {Kind::nothing}},
      {Kind::raise, {Kind::raise, "M"}},
      {Kind::raise, {Kind::raise, "N", "out"}},
      {Kind::raise, {Kind::raise, "N", "in", "another"}},
      {Kind::raise, {Kind::enqueue}},
      {Kind::enqueue, {Kind::enqueue, "N", "out"}},
      {Kind::enqueue, {Kind::nothing}},
      {Kind::stop, {Kind::stop, "N", "out"}},
      {Kind::stop, {Kind::stop, "N", "in", "another"}},
      {Kind::stop, {Kind::nothing}},
  }));
  Harness harness(Residency::rebuilt, taking({row.kind}));
  (void)harness.start();
  SECTION("the same step is none") {
    CHECK(still_running(harness.turn(Harness::raised("Other", ""))));
  }
  SECTION("another is") {
    harness.swap_code(taking(row.changed));
    CHECK(nondeterminism_of(harness.turn(Harness::raised("Other", ""))).nondeterminism->event_id ==
          2);
  }
}

TEST_CASE("a detached start that the code has dropped or added is a mismatch", "[nondeterminism]") {
  const auto with = taking({Step::Kind::detached});
  const auto without = taking({Step::Kind::nothing});
  SECTION("dropped") {
    Harness harness(Residency::rebuilt, with);
    (void)harness.start();
    harness.swap_code(without);
    CHECK(nondeterminism_of(harness.turn(Harness::raised("Other", ""))).nondeterminism->recorded ==
          "OrchestrationChained(name `N`, version `1.0.0`, instance `other`, input `in`)");
  }
  SECTION("added") {
    Harness harness(Residency::rebuilt, without);
    (void)harness.start();
    harness.swap_code(with);
    CHECK(nondeterminism_of(harness.turn(Harness::raised("Other", ""))).nondeterminism->attempted ==
          "OrchestrationChained(name `N`, version `1.0.0`, instance `other`, input `in`)");
  }
}

TEST_CASE("every answer fits one kind of step only", "[nondeterminism]") {
  enum class Kind { activity, timer, child, read, event, queue };
  const auto kind =
      GENERATE(Kind::activity, Kind::timer, Kind::child, Kind::read, Kind::event, Kind::queue);
  const auto awaiting = [kind](OrchestrationContext ctx) -> Task<> {
    const Kind step = kind;
    switch (step) {
      case Kind::activity:
        co_await ctx.schedule_activity("A");
        break;
      case Kind::timer:
        co_await ctx.schedule_timer(1s);
        break;
      case Kind::child:
        co_await ctx.schedule_sub_orchestration("C");
        break;
      case Kind::read:
        co_await ctx.read_value("other", "k");
        break;
      case Kind::event:
        co_await ctx.wait_for_external_event("E");
        break;
      case Kind::queue:
        co_await ctx.dequeue_event("Q");
        break;
    }
  };
  Harness harness(GENERATE(Residency::resident, Residency::rebuilt), awaiting);
  (void)harness.start();
  const std::vector<std::pair<Kind, WorkItem>> answers{
      {Kind::activity, harness.activity_completed(2, "")},
      {Kind::activity, harness.activity_failed(2, "no")},
      {Kind::timer, harness.timer_fired(2)},
      {Kind::child, harness.child_completed(2, "")},
      {Kind::child, harness.child_failed(2, "no")},
      {Kind::read, work::KeyValueRead{"i", 1, 2, "v"}}};
  const auto& [fits, answer] = answers[GENERATE(range(std::size_t{0}, std::size_t{6}))];
  const auto result = harness.turn(answer);
  if (fits != kind) {
    CHECK(nondeterminism_of(result).nondeterminism->event_id == 2);
  } else if (const auto* failed = std::get_if<replay::Failed>(&result.outcome)) {
    CHECK(failed->details.message == "no");
  } else {
    CHECK(output_of(result).empty());
  }
}
