// What interceptors say to steps that are new, what they are told of those that end, and headers on their
// way through an execution.

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "replay/harness.hpp"

namespace duroxide::replay_interceptors_test {

using namespace duroxide::replay;
using namespace duroxide::replay::test;
using namespace std::chrono_literals;

namespace {

using Texts = std::vector<std::string>;

const Headers given = Headers().set("tenant", "blue");

/// An execution whose steps somebody asks about, and what was asked.
template <class F>
struct Asked {
  explicit Asked(F code) : h(both_ways(), std::move(code)) {
    h.services.before_step = [this](const InterceptedExecution& execution, InterceptedStep& step) {
      asked.push_back(std::string(step.name) + " " + std::to_string(step.event_id));
      CHECK(execution.instance == "i");
      CHECK(execution.headers == given);
      if (!added.empty()) {
        step.headers.set(added, "x");
      }
      return step.name == refused ? refuse("not for you") : Admission();
    };
    h.services.notes_ended_steps = true;
    h.services.notes_ended_calls = true;
  }

  TurnResult start() {
    return h.turn(work::StartOrchestration{"i", "Test", "", {}, {}, {}, {}, given});
  }

  Harness h;
  Texts asked;
  std::string refused;
  std::string added;
};

Texts words_of(const std::vector<EndedStep>& steps) {
  Texts words;
  for (const EndedStep& each : steps) {
    CHECK(each.began_at <= each.ended_at);
    CHECK(each.began_at > Timestamp());
    const std::string how = each.outcome == EndedStep::Outcome::failed ? " failed: " + each.error
                            : each.outcome == EndedStep::Outcome::given_up ? " given up"
                                                                           : "";
    words.push_back(each.name + " " + std::to_string(each.event_id) + how);
  }
  return words;
}

Task<std::string> call_both(OrchestrationContext ctx) {
  const auto a = co_await ctx.schedule_activity("A").as_result();
  const auto child = co_await ctx.schedule_sub_orchestration("C").as_result();
  co_return (a ? *a : a.error().message) + "|" + (child ? *child : child.error().message);
}

}  // namespace

TEST_CASE("interceptors: each new step is asked about once, and none that is replayed",
          "[replay][interceptors]") {
  Asked s([](OrchestrationContext ctx) -> Task<std::string> {
    const auto now = ctx.utc_now();  // no step
    auto timer = ctx.schedule_timer(1h);
    std::string a = co_await ctx.schedule_activity("A");
    co_await timer;
    a += co_await ctx.wait_for_external_event("E");
    co_return a + (now > Timestamp() ? "!" : "?");
  });
  CHECK(s.start().ended_steps.empty());
  CHECK(s.asked == Texts{" 3", "A 4"});  // a timer has no name
  CHECK(words_of(s.h.turn(s.h.activity_completed(4, "a")).ended_steps) == Texts{"A 4"});
  CHECK(words_of(s.h.turn(s.h.timer_fired(3)).ended_steps) == Texts{"timer 3"});
  const auto last = s.h.turn(Harness::raised("E", "e"));
  CHECK(output_of(last) == "ae!");
  CHECK(words_of(last.ended_steps) == Texts{"E 7"});
  CHECK(s.asked == Texts{" 3", "A 4", "E 7"});
}

TEST_CASE("interceptors: what is given up has ended too", "[replay][interceptors]") {
  Asked s([](OrchestrationContext ctx) -> Task<std::string> {
    auto timer = ctx.schedule_timer(1h);
    const auto a = co_await ctx.schedule_activity("A").as_result();
    co_return a ? *a : a.error().message;
  });
  CHECK(s.start().ended_steps.empty());
  const auto last = s.h.turn(s.h.activity_failed(3, "broke"));
  CHECK(output_of(last) == "broke");
  CHECK(words_of(last.ended_steps) == Texts{"A 3 failed: broke", "timer 2 given up"});
}

TEST_CASE("interceptors: a wait for the end of an instance is a step with its id",
          "[replay][interceptors]") {
  Asked s([](OrchestrationContext ctx) -> Task<std::string> {
    co_return co_await ctx.await_instance("other");
  });
  std::vector<StepKind> kinds;
  s.h.services.before_step = [&](const InterceptedExecution&, InterceptedStep& step) {
    kinds.push_back(step.kind);
    return step.name == "other" ? Admission() : refuse("it has no name");
  };
  CHECK(s.start().ended_steps.empty());
  CHECK(kinds == std::vector<StepKind>{StepKind::end});
  const auto last = s.h.turn(work::AwaitedCompleted{"i", 1, 2, "done"});
  CHECK(output_of(last) == "done");
  CHECK(words_of(last.ended_steps) == Texts{"other 2"});
}

TEST_CASE("interceptors: changed headers are recorded, and go out with the step",
          "[replay][interceptors][headers]") {
  Asked s([](OrchestrationContext ctx) -> Task<std::string> {
    ctx.schedule_orchestration("D", "detached");
    co_return co_await call_both(ctx);
  });
  s.added = "added";
  const Headers changed = Headers(given).set("added", "x");
  const auto first = s.start();
  REQUIRE(first.activities.size() == 1);
  CHECK(first.activities[0].headers == changed);
  REQUIRE(first.messages.size() == 1);
  CHECK(std::get<work::StartOrchestration>(first.messages[0]).headers == changed);
  CHECK(std::get<event::ActivityScheduled>(s.h.history().at(2).kind).headers == changed);
  s.added.clear();  // only new steps are asked about
  const auto second = s.h.turn(s.h.activity_completed(3, "a"));
  REQUIRE(second.messages.size() == 1);
  CHECK(std::get<work::StartOrchestration>(second.messages[0]).headers == given);
  const auto& scheduled = std::get<event::SubOrchestrationScheduled>(s.h.history().back().kind);
  CHECK_FALSE(scheduled.headers);
  CHECK(output_of(s.h.turn(s.h.child_completed(5, "c"))) == "a|c");
}

TEST_CASE("interceptors: what is refused does not go out, and fails within its turn",
          "[replay][interceptors][activities][children]") {
  Asked s(call_both);
  SECTION("an activity") {
    s.refused = "A";
    const auto first = s.start();
    CHECK(first.activities.empty());
    CHECK(first.messages.size() == 1);  // the child
    CHECK(words_of(first.ended_steps) == Texts{"A 2 failed: not for you"});
    CHECK(s.h.types() == Texts{"OrchestrationStarted", "ActivityScheduled", "ActivityFailed",
                               "SubOrchestrationScheduled"});
    CHECK(output_of(s.h.turn(s.h.child_completed(4, "c"))) == "not for you|c");
  }
  SECTION("a child") {
    s.refused = "C";
    CHECK(s.start().activities.size() == 1);
    const auto last = s.h.turn(s.h.activity_completed(2, "a"));
    CHECK(output_of(last) == "a|not for you");
    CHECK(last.messages.empty());
  }
}

TEST_CASE("interceptors: a refused step that is given up at once is told to nobody",
          "[replay][interceptors][cancellation]") {
  Asked s([](OrchestrationContext ctx) -> Task<std::string> {
    { auto dropped = ctx.schedule_activity("A"); }
    co_return "done";
  });
  s.refused = "A";
  const auto result = s.start();
  CHECK(output_of(result) == "done");
  CHECK(result.activities.empty());
  CHECK(result.cancelled_activities.empty());
}

TEST_CASE("interceptors: a refused attempt is the last of its policy",
          "[replay][interceptors][retry]") {
  Asked s([](OrchestrationContext ctx) -> Task<std::string> {
    const auto options = ActivityOptions().retry(RetryPolicy().max_attempts(3));
    const auto a = co_await ctx.schedule_activity("A", "", options).as_result();
    co_return a ? *a : a.error().message;
  });
  s.refused = "A";
  CHECK(output_of(s.start()) == "not for you");
  CHECK(s.asked == Texts{"A 2"});
}

TEST_CASE("headers: of a schedule they are not another decision", "[headers][replay]") {
  Harness h(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    const std::string tenant = *ctx.headers().find("tenant");
    co_return tenant + co_await ctx.schedule_activity("A");
  });
  const auto first = h.turn(work::StartOrchestration{"i", "Test", "", {}, {}, {}, {}, given});
  REQUIRE(first.activities.size() == 1);
  CHECK(first.activities[0].headers == given);
  auto history = h.history();
  std::get<event::ActivityScheduled>(history.at(1).kind).headers = Headers().set("x", "y");
  h.set_history(history);
  h.evict();
  CHECK(output_of(h.turn(h.activity_completed(2, "!"))) == "blue!");
}

TEST_CASE("headers: the next execution has them, and so has a line of log their trace",
          "[headers][replay][continue-as-new][log]") {
  const std::string trace(31, 'a');
  const Headers traced = Headers().set("traceparent", "00-1" + trace + "-00f067aa0ba902b7-01");
  Harness h(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    ctx.log_info("here");
    co_await ctx.continue_as_new("");
    co_return "";
  });
  const auto turn = h.turn(work::StartOrchestration{"i", "Test", "", {}, {}, {}, {}, traced});
  CHECK(next_of(turn).headers == traced);
  REQUIRE(h.logged.size() == 1);
  CHECK(h.logged[0].trace_id == "1" + trace);
  CHECK_THAT(to_line(h.logged[0]), Catch::EndsWith(" trace=1" + trace));
}

TEST_CASE("interceptors: no more refusals are answered in a turn than may be",
          "[replay][interceptors][limits]") {
  Asked s([](OrchestrationContext ctx) -> Task<std::string> {
    int refusals = 0;
    while (refusals < 5) {
      const auto result = co_await ctx.schedule_activity("A").as_result();
      refusals += result ? 0 : 1;
    }
    co_return std::to_string(refusals);
  });
  s.refused = "A";
  s.h.services.most_run_at_once = 3;
  const auto first = s.start();
  CHECK(still_running(first));
  CHECK(first.activities.empty());
  REQUIRE(first.messages.size() == 1);
  CHECK(s.h.history().size() == 8);  // the start, three calls and their failures, the fourth call
  CHECK(output_of(s.h.turn(first.messages)) == "5");
}

TEST_CASE("interceptors: a refusal that is sent is taken back with its step",
          "[replay][interceptors][limits]") {
  Asked s([](OrchestrationContext ctx) -> Task<std::string> {
    const auto a = co_await ctx.schedule_activity("A").as_result();
    auto others = std::make_optional(
        std::make_pair(ctx.schedule_activity("A"), ctx.schedule_sub_orchestration("A")));
    co_await ctx.wait_for_external_event("E");
    others.reset();
    co_return a ? *a : a.error().message;
  });
  s.refused = "A";
  s.h.services.most_run_at_once = 1;
  // In one turn, so the refusals are on their way when their steps are given up.
  const auto only = s.h.turn(std::vector<WorkItem>{
      work::StartOrchestration{"i", "Test", "", {}, {}, {}, {}, given}, Harness::raised("E", "")});
  CHECK(output_of(only) == "not for you");
  CHECK(only.messages.empty());
  CHECK(only.cancelled_activities.empty());
}

}  // namespace duroxide::replay_interceptors_test
