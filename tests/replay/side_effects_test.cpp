// Values that the code makes for itself: made once, and recorded.

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "replay/harness.hpp"

namespace duroxide::side_effects_test {

using namespace duroxide::replay::test;
using namespace std::chrono_literals;
using Catch::Contains;
using Types = std::vector<std::string>;

namespace {

struct Dice {
  int eyes = 0;
  std::string colour = "white";
  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(eyes), CEREAL_NVP(colour));
  }
};

/// How often the function was called.
using Count = std::shared_ptr<int>;

/// Rolls, waits, rolls again.
auto rolling(const Count& count) {
  return [count](OrchestrationContext ctx) -> Task<std::string> {
    const auto roll = [count] { return Dice{++*count, "red"}; };
    const Dice first = ctx.side_effect("roll", roll);
    co_await ctx.schedule_activity("A");
    const Dice second = ctx.side_effect("roll", roll);
    co_return first.colour + std::to_string(first.eyes) + std::to_string(second.eyes);
  };
}

/// What comes of a function that throws; the code waits for `Go` before and after it.
auto failing(const Count& count, bool catches) {
  return [count, catches](OrchestrationContext ctx) -> Task<std::string> {
    std::string said;
    const auto fail = [count]() -> int {
      ++*count;
      throw std::runtime_error("no dice " + std::to_string(*count));
    };
    try {
      said = std::to_string(ctx.side_effect("roll", fail));
    } catch (const SideEffectFailed& failed) {
      if (!catches) {
        throw;
      }
      said = failed.details().message;
    }
    co_await ctx.wait_for_external_event("Go");
    co_return said;
  };
}

}  // namespace

TEST_CASE("side effects: what is made is recorded, and replay gets what was recorded",
          "[recorded][replay]") {
  const auto count = std::make_shared<int>(0);
  Harness harness(both_ways(), rolling(count));
  (void)harness.start();
  CHECK(output_of(harness.turn(harness.activity_completed(3, ""))) == "red12");
  CHECK(*count == 2);
  CHECK(harness.types() == Types{"OrchestrationStarted", "SideEffectRecorded", "ActivityScheduled",
                                 "ActivityCompleted", "SideEffectRecorded",
                                 "OrchestrationCompleted"});
  const auto& recorded = std::get<event::SideEffectRecorded>(harness.history().at(1).kind);
  CHECK(recorded.name == "roll");
  CHECK(recorded.value == R"({"eyes":1,"colour":"red"})");
}

TEST_CASE("side effects: what a function throws is recorded, and thrown again",
          "[recorded][replay][errors]") {
  const auto count = std::make_shared<int>(0);
  SECTION("caught") {
    Harness harness(both_ways(), failing(count, true));
    (void)harness.start();
    CHECK(output_of(harness.turn(Harness::raised("Go", ""))) == "no dice 1");
    CHECK(*count == 1);
  }
  SECTION("not caught") {
    Harness harness(both_ways(), failing(count, false));
    const ErrorDetails details = failure_of(harness.start());
    CHECK(details.message == "no dice 1");
    CHECK(details.category == ErrorCategory::application);
  }
}

TEST_CASE("side effects: texts of any type come back as strings", "[recorded]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    const std::string literal = ctx.side_effect("a", [] { return "literal"; });
    const std::string view = ctx.side_effect("b", [] { return std::string_view("view"); });
    const std::vector<int> list = ctx.side_effect("c", [] { return std::vector<int>{1, 2}; });
    co_return literal + view + std::to_string(list.size());
  });
  CHECK(output_of(harness.start()) == "literalview2");
}

TEST_CASE("side effects: another name, or none, is a mismatch; another value is not",
          "[recorded][nondeterminism]") {
  const auto with = [](std::string name, int value) {
    return [name, value](OrchestrationContext ctx) -> Task<int> {
      const auto make = [value] { return value; };
      const int made = name.empty() ? 0 : ctx.side_effect(name, make);
      co_await ctx.wait_for_external_event("Go");
      co_return made;
    };
  };
  Harness harness(Residency::rebuilt, with("roll", 4));
  (void)harness.start();
  SECTION("another value") {
    harness.swap_code(with("roll", 5));
    CHECK(output_of(harness.turn(Harness::raised("Go", ""))) == "4");
  }
  SECTION("another name") {
    harness.swap_code(with("throw", 4));
    const auto details = failure_of(harness.turn(Harness::raised("Go", "")));
    CHECK(details.kind == ErrorKind::nondeterminism);
    CHECK_THAT(details.message, Contains("SideEffectRecorded(name `roll`, value `4`)") &&
                                    Contains("SideEffectRecorded(name `throw`)"));
  }
  SECTION("none") {
    harness.swap_code(with("", 0));
    CHECK(failure_of(harness.turn(Harness::raised("Go", ""))).kind == ErrorKind::nondeterminism);
  }
}

TEST_CASE("side effects: one that the code has added is a mismatch, and is not made",
          "[recorded][nondeterminism]") {
  Harness harness(Residency::rebuilt, [](OrchestrationContext ctx) -> Task<> {
    co_await ctx.schedule_activity("A");
    co_await ctx.wait_for_external_event("Go");
  });
  (void)harness.start();
  const auto count = std::make_shared<int>(0);
  harness.swap_code(failing(count, true));
  CHECK(failure_of(harness.turn(Harness::raised("Go", ""))).kind == ErrorKind::nondeterminism);
  CHECK(*count == 0);
}

TEST_CASE("side effects: a function that uses the context is refused", "[recorded][errors]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    std::string said;
    const auto nested = [&ctx] { return ctx.new_guid(); };
    try {
      said = ctx.side_effect("nested", nested);
    } catch (const SideEffectFailed& failed) {
      said = failed.details().message;
    }
    co_await ctx.schedule_activity("A");
    co_return said;
  });
  (void)harness.start();
  CHECK_THAT(output_of(harness.turn(harness.activity_completed(3, ""))),
             Contains("must not use the context"));
}

TEST_CASE("side effects: a function does not continue as new, nor ask for patches",
          "[recorded][errors]") {
  const int what = GENERATE(0, 1, 2);
  Harness harness(both_ways(), [what](OrchestrationContext ctx) -> Task<std::string> {
    std::string said;
    const auto misused = [&ctx, what] {
      if (what == 0) {
        (void)ctx.continue_as_new(std::string("next"));
      } else if (what == 1) {
        (void)ctx.patched("patch");
      } else {
        ctx.deprecate_patch("patch");
      }
      return 1;
    };
    try {
      (void)ctx.side_effect("misused", misused);
    } catch (const SideEffectFailed& failed) {
      said = failed.details().message;
    }
    co_await ctx.wait_for_external_event("Go");
    co_return said;
  });
  (void)harness.start();
  CHECK(harness.types() ==
        Types{"OrchestrationStarted", "SideEffectRecorded", "ExternalSubscribed"});
  CHECK_THAT(output_of(harness.turn(Harness::raised("Go", ""))),
             Contains("must not use the context"));
}

TEST_CASE("side effects: a function that drops a future fails its instance, whatever it catches",
          "[recorded][errors]") {
  const bool has_come = GENERATE(false, true);
  Harness harness(both_ways(), [has_come](OrchestrationContext ctx) -> Task<std::string> {
    auto first = ctx.wait_for_external_event("Go");
    auto second = std::make_unique<decltype(first)>(ctx.wait_for_external_event("Go"));
    if (has_come) {
      co_await ctx.wait_for_external_event("Look");
    }
    const auto dropping = [&second] {
      second.reset();
      return 1;
    };
    try {
      (void)ctx.side_effect("dropping", dropping);
    } catch (const std::exception&) {
      // as if nothing had happened
    }
    co_await ctx.wait_for_external_event("Never");
    co_return "";
  });
  auto result = harness.start();
  if (has_come) {
    (void)harness.turn(Harness::raised("Go", ""));
    (void)harness.turn(Harness::raised("Go", ""));
    result = harness.turn(Harness::raised("Look", ""));
  }
  const ErrorDetails details = failure_of(result);
  CHECK(details.category == ErrorCategory::configuration);
  CHECK_THAT(details.message, Contains("must not drop or cancel the future of `Go`"));
}

TEST_CASE("side effects: a function that drops a wait for a condition fails its instance, too",
          "[recorded][errors]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    const auto never = [] { return false; };
    auto condition = std::make_unique<DurableFuture<void>>(ctx.wait_until(never));
    const auto dropping = [&condition] {
      condition.reset();
      return 1;
    };
    co_await ctx.wait_for_external_event("Go");
    (void)ctx.side_effect("dropping", dropping);
    co_await ctx.wait_for_external_event("Never");
    co_return "";
  });
  CHECK(still_running(harness.start()));
  const ErrorDetails details = failure_of(harness.turn(Harness::raised("Go", "")));
  CHECK(details.category == ErrorCategory::configuration);
  CHECK_THAT(details.message, Contains("a function given to side_effect must not drop or cancel "
                                       "the future of `wait_until`"));
}

TEST_CASE("side effects: limits of names and values", "[recorded][limits][large]") {
  const auto run = [](std::string name, std::size_t size) {
    Harness harness(both_ways(), [name, size](OrchestrationContext ctx) -> Task<std::string> {
      std::string said;
      const auto make = [size] { return std::string(size, 'x'); };
      try {
        said = std::to_string(ctx.side_effect(name, make).size());
      } catch (const OrchestrationError& error) {
        said = error.details().message;
      }
      co_return said;
    });
    return output_of(harness.start());
  };
  CHECK(run("n", 1'000) == "1000");
  CHECK_THAT(run("", 1), Contains("name of a side effect"));
  CHECK_THAT(run("n", (std::size_t{64} << 20) + 1), Contains("value of side effect n"));
}

}  // namespace duroxide::side_effects_test
