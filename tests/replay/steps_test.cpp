// Activities, timers, children and recorded values: one step after another.

#include <catch2/catch.hpp>

#include "replay/harness.hpp"

using namespace duroxide;
using namespace duroxide::replay::test;
using namespace std::chrono_literals;

namespace {

using Types = std::vector<std::string>;

Task<std::string> two_steps(OrchestrationContext ctx, std::string input) {
  auto first = co_await ctx.schedule_activity("A", input);
  auto second = co_await ctx.schedule_activity("A", input);
  co_return first + "," + second;
}

}  // namespace

TEST_CASE("an orchestration that returns at once", "[history]") {
  Harness harness(both_ways(), [](OrchestrationContext, std::string input) -> Task<std::string> {
    co_return "got " + input;
  });
  const auto result = harness.start("x");
  CHECK(output_of(result) == "got x");
  CHECK(harness.types() == Types{"OrchestrationStarted", "OrchestrationCompleted"});
}

TEST_CASE("equal activities get their own results by event id", "[activities][replay]") {
  Harness harness(both_ways(), two_steps);
  const auto first = harness.start("in");
  REQUIRE(first.activities.size() == 1);
  CHECK(first.activities[0] == work::ActivityExecute{"i", 1, 2, "A", "in", "Test", "1.0.0"});
  const auto second = harness.turn(harness.activity_completed(2, "R1"));
  REQUIRE(second.activities.size() == 1);
  CHECK(second.activities[0].id == 4);
  CHECK(output_of(harness.turn(harness.activity_completed(4, "R2"))) == "R1,R2");
  CHECK(harness.types() == Types{"OrchestrationStarted", "ActivityScheduled", "ActivityCompleted",
                                 "ActivityScheduled", "ActivityCompleted",
                                 "OrchestrationCompleted"});
}

TEST_CASE("a failed activity throws, or gives its details as a result", "[activities][errors]") {
  const auto residency = both_ways();
  SECTION("thrown and not caught, it fails the orchestration with the same details") {
    Harness harness(residency, two_steps);
    (void)harness.start();
    const auto details = failure_of(harness.turn(harness.activity_failed(2, "boom")));
    CHECK(details.kind == ErrorKind::activity_failed);
    CHECK(details.message == "boom");
  }
  SECTION("caught") {
    Harness harness(residency, [](OrchestrationContext ctx) -> Task<std::string> {
      std::string text;
      try {
        text = co_await ctx.schedule_activity("A");
      } catch (const ActivityFailed& failed) {
        text = "caught " + failed.details().message;
      }
      co_return text;
    });
    (void)harness.start();
    CHECK(output_of(harness.turn(harness.activity_failed(2, "boom"))) == "caught boom");
  }
  SECTION("as a result") {
    Harness harness(residency, [](OrchestrationContext ctx) -> Task<std::string> {
      auto result = co_await ctx.schedule_activity("A").as_result();
      co_return result ? "ok" : "error " + result.error().message;
    });
    (void)harness.start();
    CHECK(output_of(harness.turn(harness.activity_failed(2, "boom"))) == "error boom");
  }
}

TEST_CASE("typed steps", "[activities][payloads]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx, std::vector<int> in) -> Task<int> {
    const int sum = co_await ctx.schedule_activity<int>("Sum", in);
    co_return sum * 2;
  });
  const auto first = harness.start("[1,2,3]");
  CHECK(first.activities.at(0).input == "[1,2,3]");
  CHECK(output_of(harness.turn(harness.activity_completed(2, "6"))) == "12");
}

TEST_CASE("a payload of another type fails the orchestration with the reason",
          "[errors][payloads]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<int> {
    const int number = co_await ctx.schedule_activity<int>("Number");
    co_return number;
  });
  (void)harness.start();
  const auto details = failure_of(harness.turn(harness.activity_completed(2, "no number")));
  CHECK(details.kind == ErrorKind::invalid_payload);
  CHECK_THAT(details.message, Catch::Contains("Number") && Catch::Contains("no number"));
}

TEST_CASE("a timer is due after its delay", "[timers]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<> {
    const auto delay = 2s;
    co_await ctx.schedule_timer(delay);
  });
  const auto first = harness.start();
  REQUIRE(first.timers.size() == 1);
  CHECK(first.timers[0].id == 2);
  const auto& created = std::get<event::TimerCreated>(harness.history().at(1).kind);
  CHECK(first.timers[0].fire_at == created.fire_at);
  CHECK(to_milliseconds(created.fire_at) >= 3'000);
  CHECK(output_of(harness.turn(harness.timer_fired(2))).empty());
}

TEST_CASE("utc_now and new_guid are recorded once", "[recorded]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    const auto before = ctx.utc_now();
    const std::string guid = ctx.new_guid();
    co_await ctx.schedule_activity("A", guid);
    co_return guid + "@" + std::to_string(to_milliseconds(before));
  });
  const auto first = harness.start();
  const std::string guid = first.activities.at(0).input;
  CHECK(guid == "guid-1");
  const auto now = std::get<event::UtcNowRecorded>(harness.history().at(1).kind).time;
  CHECK(output_of(harness.turn(harness.activity_completed(4, ""))) ==
        "guid-1@" + std::to_string(to_milliseconds(now)));
}

TEST_CASE("a child is started with a link to its parent", "[children]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    auto mine = co_await ctx.schedule_sub_orchestration("Child", "in");
    const auto options = SubOrchestrationOptions().instance_id("own").version("2.0.0");
    auto named = co_await ctx.schedule_sub_orchestration("Child", "in", options);
    co_return mine + named;
  });
  const auto first = harness.start();
  REQUIRE(first.messages.size() == 1);
  CHECK(first.messages[0] ==
        WorkItem(work::StartOrchestration{"i::sub::1.2", "Child", "in", std::nullopt,
                                          ParentLink{"i", 1, 2}}));
  const auto second = harness.turn(harness.child_completed(2, "a"));
  CHECK(second.messages.at(0) ==
        WorkItem(work::StartOrchestration{"own", "Child", "in", "2.0.0", ParentLink{"i", 1, 4}}));
  CHECK(output_of(harness.turn(harness.child_completed(4, "b"))) == "ab");
}

TEST_CASE("a failed child throws", "[errors][children]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    std::string text;
    try {
      text = co_await ctx.schedule_sub_orchestration("Child");
    } catch (const SubOrchestrationFailed& failed) {
      text = failed.what();
    }
    co_return text;
  });
  (void)harness.start();
  CHECK(output_of(harness.turn(harness.child_failed(2, "no"))) == "no");
}

TEST_CASE("the automatic id of a child never repeats, also in another execution",
          "[children][continue-as-new]") {
  Harness harness(Residency::resident, [](OrchestrationContext ctx) -> Task<std::string> {
    auto result = co_await ctx.schedule_sub_orchestration("Child");
    co_return result;
  });
  harness.assignment = {"i", 2, "Test", "1.0.0", nullptr};
  const auto first = harness.turn(work::ContinueAsNew{"i", 2, "Test", "", {}, {}, {}});
  CHECK(std::get<work::StartOrchestration>(first.messages.at(0)).instance == "i::sub::2.2");
}

TEST_CASE("a detached start has no parent and its message goes out even if the turn ends it all",
          "[children]") {
  const bool continues = GENERATE(false, true);
  Harness harness(both_ways(), [continues](OrchestrationContext ctx) -> Task<std::string> {
    std::string text = "done";
    ctx.schedule_orchestration("Other", "other-1", "in");
    if (continues) {
      co_await ctx.continue_as_new("again");
    }
    co_return text;
  });
  const auto result = harness.start();
  CHECK(result.messages.at(0) ==
        WorkItem(work::StartOrchestration{"other-1", "Other", "in", std::nullopt, std::nullopt}));
}

TEST_CASE("a chain of ten thousand steps resumes without a deep stack", "[activities][limits]") {
  Harness harness(Residency::resident, [](OrchestrationContext ctx, int steps) -> Task<int> {
    int done = 0;
    while (done < steps) {
      co_await ctx.schedule_activity("Step");
      ++done;
    }
    co_return done;
  });
  auto result = harness.start("10000");
  std::uint64_t id = 2;
  while (still_running(result)) {
    result = harness.turn(harness.activity_completed(id, ""));
    id += 2;
  }
  CHECK(output_of(result) == "10000");
}

TEST_CASE("a synchronous chain of a hundred thousand helper tasks does not overflow the stack",
          "[combinators][limits]") {
  Harness harness(Residency::resident, [](OrchestrationContext ctx) -> Task<int> {
    const auto helper = [](OrchestrationContext) -> Task<int> { co_return 1; };
    int sum = 0;
    for (int i = 0; i < 100'000; ++i) {
      sum += co_await helper(ctx);
    }
    co_return sum;
  });
  CHECK(output_of(harness.start()) == "100000");
}
