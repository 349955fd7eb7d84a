// Children that outlive their parent, and still answer whoever asks for them by their id.

#include "scenario.hpp"

namespace duroxide::outliving_test {

using namespace duroxide::scenario;

namespace {

constexpr Orchestration<std::string(std::string)> kid{"Kid"};

Task<std::string> waits_for_go(OrchestrationContext context, std::string input) {
  const std::string word = co_await context.wait_for_external_event("Go");
  co_return input + " " + word;
}

/// Starts it in its first execution, and has what it says in the third.
Task<std::string> in_later_execution(OrchestrationContext context, int round) {
  const auto options = SubOrchestrationOptions().instance_id("kid").outlives_parent();
  if (round == 0) {
    auto started = context.schedule_sub_orchestration("Kid", std::string("I"), options);
    co_await context.schedule_timer(1ms);
    co_await context.continue_as_new(round + 1);
  }
  if (round == 1) {
    co_await context.continue_as_new(round + 1);
  }
  context.set_custom_status("awaits");
  co_return co_await context.await_instance(kid, "kid");
}

Task<std::string> leaves(OrchestrationContext context) {
  const auto options = SubOrchestrationOptions().instance_id("kid").outlives_parent();
  auto started = context.schedule_sub_orchestration("Kid", std::string("I"), options);
  co_await context.schedule_timer(1ms);
  co_return "left";
}

Task<std::string> awaits(OrchestrationContext context, std::string instance) {
  std::string said;
  try {
    said = co_await context.await_instance(instance);
  } catch (const SubOrchestrationFailed& failed) {
    said = std::string(to_string(failed.details().kind));
  }
  co_return said;
}

/// For a moment only.
Task<std::string> looks_in(OrchestrationContext context, std::string instance) {
  auto end = context.await_instance(instance);
  auto moment = context.schedule_timer(1ms);
  auto first = co_await when_any(std::move(end), std::move(moment));
  co_return first.index() == 0 ? "it has ended" : "it goes on";
}

void register_all(Runtime& runtime) {
  runtime.register_orchestration("Kid", waits_for_go)
      .register_orchestration("InLaterExecution", in_later_execution)
      .register_orchestration("Leaves", leaves)
      .register_orchestration("Awaits", awaits)
      .register_orchestration("LooksIn", looks_in);
}

RuntimeOptions any_residency() {
  return RuntimeOptions().max_resident_instances(GENERATE(0U, 100U));
}

}  // namespace

TEST_CASE("a child outlives continue-as-new and answers a later execution",
          "[awaited][children][continue-as-new]") {
  Scenario s(EVERY_BACKEND, register_all, any_residency());
  s.start("p", "InLaterExecution", 0);
  REQUIRE(s.client().wait_for_status_change("p", 0, ample));
  s.raise("kid", "Go", std::string("go"));
  CHECK(s.wait("p").output() == "I go");
  CHECK(s.wait("kid").output() == "I go");
}

TEST_CASE("a child outlives the end of its parent, and answers others", "[awaited][children]") {
  Scenario s(EVERY_BACKEND, register_all, any_residency());
  CHECK(s.run("p", "Leaves").output() == "left");
  CHECK(s.run("moment", "LooksIn", std::string("kid")).output() == "it goes on");
  s.start("one", "Awaits", std::string("kid"));
  s.start("two", "Awaits", std::string("kid"));
  s.raise("kid", "Go", std::string("went"));
  CHECK(s.wait("one").output() == "I went");
  CHECK(s.wait("two").output() == "I went");
  CHECK(s.run("late", "Awaits", std::string("kid")).output() == "I went");
  CHECK(s.run("moment-2", "LooksIn", std::string("kid")).output() == "it has ended");
}

TEST_CASE("whoever awaits an instance that is cancelled, or is not there, is told so",
          "[awaited][errors]") {
  Scenario s(EVERY_BACKEND, register_all);
  s.start("kid", "Kid", std::string("I"));
  s.start("a", "Awaits", std::string("kid"));
  REQUIRE(s.client().cancel_instance("kid", "enough"));
  CHECK(s.wait("a").output() == to_string(ErrorKind::cancelled));
  CHECK(s.run("b", "Awaits", std::string("nobody")).output() ==
        to_string(ErrorKind::invalid_input));
}

}  // namespace duroxide::outliving_test
