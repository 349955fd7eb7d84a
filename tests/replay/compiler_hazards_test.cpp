// GCC 12 compiles a coroutine wrongly whose outermost block declares nothing and holds a branch
// around a co_await. The engine must notice, say so, and go on.

#include <catch2/catch.hpp>

#include "replay/harness.hpp"

using namespace duroxide;
using namespace duroxide::replay::test;

namespace {

// duroxide-lint: allow(no-local) the engine must tell what has gone wrong
Task<std::string> without_a_local(OrchestrationContext ctx, std::string input) {
  if (input == "yes") {
    co_await ctx.schedule_activity("A");
  }
  co_return "done";
}

Task<std::string> with_a_local(OrchestrationContext ctx, std::string input) {
  std::string output = "done";
  if (input == "yes") {
    co_await ctx.schedule_activity("A");
  }
  co_return output;
}

}  // namespace

TEST_CASE("a miscompiled coroutine fails its instance with the cause and the cure",
          "[compiler-hazards]") {
  Harness harness(Residency::resident, without_a_local);
  const auto first = harness.start("yes");
  if (!still_running(first)) {
    CHECK(failure_of(first).kind == ErrorKind::spurious_suspension);
    return;
  }
  const auto result = harness.turn(harness.activity_completed(2, ""));
  if (std::holds_alternative<replay::Failed>(result.outcome)) {
    const auto details = failure_of(result);
    CHECK(details.kind == ErrorKind::spurious_suspension);
    CHECK_THAT(details.message, Catch::Contains("declare any local variable"));
  } else {
    CHECK(output_of(result) == "done");  // compiled rightly
  }
}

TEST_CASE("the cure works", "[compiler-hazards]") {
  Harness harness(GENERATE(Residency::resident, Residency::rebuilt), with_a_local);
  (void)harness.start("yes");
  CHECK(output_of(harness.turn(harness.activity_completed(2, ""))) == "done");
}
