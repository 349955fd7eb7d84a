// What is said of code that does not repeat its history.

#include <chrono>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "replay/harness.hpp"

namespace duroxide::nondeterminism_report_test {

using namespace duroxide::replay::test;
using namespace std::chrono_literals;
using Catch::Contains;

namespace {

/// The failure of an instance whose code became `now` after its first turn.
template <class Before, class Now>
ErrorDetails changed(Before before, Now now) {
  Harness harness(Residency::rebuilt, std::move(before));
  (void)harness.start();
  harness.swap_code(std::move(now));
  const auto result = harness.turn(Harness::raised("Unrelated", ""));
  const auto* failed = std::get_if<replay::Failed>(&result.outcome);
  REQUIRE(failed != nullptr);
  REQUIRE(failed->details.nondeterminism);
  return failed->details;
}

auto calling(std::string name, std::string input, ActivityOptions options = {}) {
  return [name, input, options](OrchestrationContext ctx) -> Task<> {
    co_await ctx.schedule_activity(name, input, options);
  };
}

ErrorDetails changed_input(std::string before, std::string now) {
  return changed(calling("A", std::move(before)), calling("A", std::move(now)));
}

}  // namespace

TEST_CASE("report: two calls of one name are told apart by their inputs", "[nondeterminism]") {
  const auto details = changed_input(R"({"cents":500})", R"({"cents":700})");
  CHECK(details.nondeterminism->recorded == "ActivityScheduled(name `A`, input `{\"cents\":500}`)");
  CHECK(details.nondeterminism->attempted ==
        "ActivityScheduled(name `A`, input `{\"cents\":700}`)");
  CHECK_THAT(
      details.message,
      Catch::StartsWith("event 2 of Test 1.0.0 is recorded as ActivityScheduled(name `A`, input "
                        "`{\"cents\":500}`), but the code did ActivityScheduled(name `A`, input "
                        "`{\"cents\":700}`); they differ in the input, from byte 9 on. ") &&
          Contains("register changed code under a new version"));
}

TEST_CASE("report: of long inputs the part is shown where they differ", "[nondeterminism]") {
  const std::string same(5'000, 's');
  const auto details = changed_input(same + "old" + same, same + "new" + same);
  const NondeterminismReport& report = *details.nondeterminism;
  CHECK_THAT(report.recorded, Contains("sssold") && Contains("oldsss") && !Contains("new") &&
                                  Contains("(from byte 4940 of 10003 bytes)"));
  CHECK_THAT(report.attempted, Contains("sssnew") && Contains("(from byte 4940 of 10003 bytes)"));
  CHECK_THAT(details.message, Contains("the input, from byte 5000 on"));
  CHECK(report.recorded.size() < 300);
}

TEST_CASE("report: an input that goes on where the other ends", "[nondeterminism]") {
  const std::string same(1'000, 's');
  const auto details = changed_input(same, same + "more");
  CHECK_THAT(details.nondeterminism->recorded, Contains("s` (from byte 940 of 1000 bytes)"));
  CHECK_THAT(details.nondeterminism->attempted, Contains("smore` (from byte 940 of 1004 bytes)"));
}

TEST_CASE("report: a part begins and ends with whole characters, and steers no terminal",
          "[nondeterminism]") {
  std::string umlauts;
  for (int i = 0; i < 200; ++i) {
    umlauts += "\u00e4";
  }
  const auto details = changed_input("x" + umlauts + "\x1b[1m", "x" + umlauts + "\n");
  CHECK_THAT(details.nondeterminism->recorded,
             Contains("\u00e4\\x1b[1m`") && !Contains("\\xa4") && !Contains("\x1b"));
  CHECK_THAT(details.nondeterminism->attempted, Contains("\u00e4\\n`"));
}

TEST_CASE("report: tags, sessions, versions and instances are shown", "[nondeterminism]") {
  const auto tagged = changed(calling("A", "in", ActivityOptions().tag("gpu")),
                              calling("A", "in", ActivityOptions().session("s")));
  CHECK(tagged.nondeterminism->recorded == "ActivityScheduled(name `A`, input `in`, tag `gpu`)");
  CHECK(tagged.nondeterminism->attempted == "ActivityScheduled(name `A`, input `in`, session `s`)");
  CHECK_THAT(tagged.message, Contains("they differ in the tag and the session. "));

  const auto child = [](std::string version) {
    return [version](OrchestrationContext ctx) -> Task<> {
      const auto options = SubOrchestrationOptions().instance_id("c").version(version);
      co_await ctx.schedule_sub_orchestration("Child", std::string("in"), options);
    };
  };
  CHECK_THAT(changed(child("1.0.0"), child("2.0.0")).message,
             Contains("version `1.0.0`") && Contains("version `2.0.0`") &&
                 Contains("they differ in the version, from byte 0 on"));
}

TEST_CASE("report: steps of two kinds are shown with all that they hold", "[nondeterminism]") {
  const auto details = changed(
      [](OrchestrationContext ctx) -> Task<> {
        const auto delay = 1s;
        co_await ctx.schedule_timer(delay);
      },
      calling("A", std::string(500, 'i')));
  CHECK_THAT(details.nondeterminism->recorded,
             Catch::StartsWith("TimerCreated(fire_at 1970-01-01T00:00:0") && Contains("Z)"));
  CHECK_THAT(details.nondeterminism->attempted, Contains("…` (500 bytes)"));
  CHECK_THAT(details.message, !Contains("they differ"));
}

TEST_CASE("report: code that takes no further step says what it waits for", "[nondeterminism]") {
  const auto two = [](OrchestrationContext ctx) -> Task<> {
    auto first = ctx.schedule_activity("A", std::string("in"));
    auto second = ctx.schedule_activity("B", std::string("in"));
    co_await when_all(std::move(first), std::move(second));
  };
  const auto waiting = changed(two, calling("A", "in"));
  CHECK(waiting.nondeterminism->recorded == "ActivityScheduled(name `B`, input `in`)");
  CHECK(waiting.nondeterminism->attempted ==
        "nothing: it was waiting for something else (open: activity `A` of event 2)");
  const auto ended = changed(two, [](OrchestrationContext ctx) -> Task<> {
    (void)ctx.schedule_activity("A", std::string("in"));
    co_return;
  });
  CHECK_THAT(ended.nondeterminism->attempted, Contains("ActivityCancelRequested of event 2"));
}

}  // namespace duroxide::nondeterminism_report_test
