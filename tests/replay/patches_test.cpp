// Changing code under a running execution.

#include <catch2/catch.hpp>

#include "model/engine_flags.hpp"
#include "replay/harness.hpp"

using namespace duroxide;
using namespace duroxide::replay::test;

namespace {

Task<std::string> before(OrchestrationContext ctx) {
  std::string text = co_await ctx.schedule_activity("First");
  text += co_await ctx.schedule_activity("Old");
  text += co_await ctx.schedule_activity("Last");
  co_return text;
}

Task<std::string> with_patch(OrchestrationContext ctx) {
  std::string text = co_await ctx.schedule_activity("First");
  if (ctx.patched("new-way")) {
    text += co_await ctx.schedule_activity("New");
  } else {
    text += co_await ctx.schedule_activity("Old");
  }
  text += ctx.patched("new-way") ? "+" : "-";
  text += co_await ctx.schedule_activity("Last");
  co_return text;
}

Task<std::string> without_old_way(OrchestrationContext ctx) {
  std::string text = co_await ctx.schedule_activity("First");
  ctx.deprecate_patch("new-way");
  text += co_await ctx.schedule_activity("New");
  text += co_await ctx.schedule_activity("Last");
  co_return text;
}

std::uint64_t last_activity(const Harness& harness) {
  std::uint64_t id = 0;
  for (const Event& event : harness.history()) {
    if (std::holds_alternative<event::ActivityScheduled>(event.kind)) {
      id = event.event_id;
    }
  }
  return id;
}

replay::TurnResult complete_last(Harness& harness, const std::string& result) {
  return harness.turn(harness.activity_completed(last_activity(harness), result));
}

}  // namespace

TEST_CASE("a new execution takes the patched way, however it lives", "[patches]") {
  Harness harness(GENERATE(Residency::resident, Residency::rebuilt), with_patch);
  (void)harness.start();
  (void)complete_last(harness, "1");
  (void)complete_last(harness, "2");
  CHECK(output_of(complete_last(harness, "3")) == "12+3");
}

TEST_CASE("an execution that is past the change stays on the old way", "[patches]") {
  Harness harness(Residency::rebuilt, before);
  (void)harness.start();
  (void)complete_last(harness, "1");
  harness.swap_code(with_patch);
  (void)complete_last(harness, "2");
  CHECK(output_of(complete_last(harness, "3")) == "12-3");
}

TEST_CASE("an execution that has not come to the change yet takes the new way", "[patches]") {
  Harness harness(Residency::rebuilt, before);
  (void)harness.start();
  harness.swap_code(with_patch);
  (void)complete_last(harness, "1");
  (void)complete_last(harness, "2");
  CHECK(output_of(complete_last(harness, "3")) == "12+3");
}

TEST_CASE("a deprecated patch accepts its mark, and needs none", "[patches]") {
  SECTION("an execution with the mark") {
    Harness harness(Residency::rebuilt, with_patch);
    (void)harness.start();
    (void)complete_last(harness, "1");
    harness.swap_code(without_old_way);
    (void)complete_last(harness, "2");
    CHECK(output_of(complete_last(harness, "3")) == "123");
  }
  SECTION("a new execution") {
    Harness harness(Residency::rebuilt, without_old_way);
    (void)harness.start();
    (void)complete_last(harness, "1");
    (void)complete_last(harness, "2");
    CHECK(output_of(complete_last(harness, "3")) == "123");
    CHECK(harness.history().size() == 8);
  }
}

TEST_CASE("a patch that was taken out too early is a nondeterminism that names it",
          "[patches][nondeterminism]") {
  Harness harness(Residency::rebuilt, with_patch);
  (void)harness.start();
  (void)complete_last(harness, "1");
  harness.swap_code(before);
  const auto details = failure_of(complete_last(harness, "2"));
  CHECK(details.kind == ErrorKind::nondeterminism);
  CHECK_THAT(details.message, Catch::Contains("PatchMarked(id `new-way`)"));
}

TEST_CASE("code that deprecates a patch and still asks for it replays", "[patches]") {
  const bool is_upgraded = GENERATE(false, true);
  const auto asks_twice = [](OrchestrationContext ctx) -> Task<std::string> {
    std::string seen;
    ctx.deprecate_patch("new-way");
    seen += ctx.patched("new-way") ? "new " : "old ";
    seen += co_await ctx.schedule_activity("A");
    seen += ctx.patched("new-way") ? " new" : " old";
    co_return seen;
  };
  // Here the code of before has left its mark at the second place.
  const auto asks_late = [](OrchestrationContext ctx) -> Task<std::string> {
    std::string seen = "late ";
    seen += co_await ctx.schedule_activity("A");
    seen += ctx.patched("new-way") ? " new" : " old";
    co_await ctx.schedule_activity("B");
    co_return seen;
  };
  Harness harness(GENERATE(Residency::resident, Residency::rebuilt), asks_twice);
  if (is_upgraded) {
    harness.swap_code(asks_late);
  }
  (void)harness.start();
  if (is_upgraded) {
    (void)complete_last(harness, "1");
    harness.swap_code([asks_late](OrchestrationContext ctx) -> Task<std::string> {
      ctx.deprecate_patch("new-way");
      std::string seen = co_await asks_late(ctx);
      co_return seen;
    });
    CHECK(output_of(complete_last(harness, "2")) == "late 1 new");
  } else {
    CHECK(output_of(complete_last(harness, "1")) == "new 1 new");
  }
}

TEST_CASE("every execution records the engine's flags", "[patches]") {
  Harness harness(Residency::resident, before);
  (void)harness.start();
  const auto& started = std::get<event::OrchestrationStarted>(harness.history().front().kind);
  CHECK(started.engine_flags == model::current_engine_flags);
  CHECK(model::unknown_engine_flags(started.engine_flags) == 0);
  CHECK(model::unknown_engine_flags(started.engine_flags | 1U << 20U) == 1U << 20U);
}
