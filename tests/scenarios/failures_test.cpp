// What fails an instance, and how the failure reads.

#include <atomic>

#include "scenario.hpp"

namespace duroxide::failures_test {

using namespace duroxide::scenario;

namespace {

struct NoStandardException {};

Task<std::string> calls(OrchestrationContext context, std::string activity) {
  co_return co_await context.schedule_activity(activity);
}

Task<std::string> catches(OrchestrationContext context) {
  std::string caught;
  try {
    co_await context.schedule_activity("Throws");
  } catch (const ActivityFailed& failed) {
    caught = failed.details().message + " in " + failed.details().subject;
  }
  co_return caught;
}

Task<std::string> throws(OrchestrationContext context, std::string what) {
  const std::string text = co_await context.schedule_activity("Echo", what);
  if (text == "int") {
    throw 42;
  }
  if (text == "strange") {
    throw NoStandardException();
  }
  throw std::runtime_error("broken");
}

/// GCC 12 is known to get this shape wrong.
// duroxide-lint: allow(no-local) the engine must tell what has gone wrong
Task<std::string> without_a_local(OrchestrationContext context, std::string input) {
  if (input == "yes") {
    co_await context.schedule_activity("Echo", input);
  }
  co_return "done";
}

void register_all(Runtime& runtime) {
  runtime.register_orchestration("Calls", calls)
      .register_orchestration("Catches", catches)
      .register_orchestration("Throws", throws)
      .register_orchestration("WithoutALocal", without_a_local)
      .register_activity("Echo", [](std::string input) { return input; })
      .register_activity("Throws", [] { throw std::runtime_error("declined"); })
      .register_activity("ThrowsInt", [] { throw 42; })
      .register_activity("Returns",
                         []() -> Result<int, std::string> { return failure(std::string("no")); });
}

}  // namespace

TEST_CASE("an activity that fails fails its orchestration, unless that catches it",
          "[errors][activities]") {
  Scenario s(EVERY_BACKEND, register_all);
  s.start("i", "Calls", std::string("Throws"));
  const auto details = s.failure_of("i");
  CHECK(details.category == ErrorCategory::application);
  CHECK(details.kind == ErrorKind::activity_failed);
  CHECK(details.message == "declined");
  CHECK(details.subject == "Throws");
  CHECK(s.run("j", "Catches").output() == "declined in Throws");
  s.start("k", "Calls", std::string("Returns"));
  CHECK(s.failure_of("k").message == "no");
}

TEST_CASE("exceptions that are no std::exception harm nobody else", "[errors][same-process]") {
  Scenario s(EVERY_BACKEND, register_all);
  s.start("i", "Throws", std::string("int"));
  CHECK(s.failure_of("i").message == "an exception of type int");
  s.start("j", "Throws", std::string("strange"));
  CHECK(s.failure_of("j").message.find("NoStandardException") != std::string::npos);
  s.start("k", "Calls", std::string("ThrowsInt"));
  CHECK(s.failure_of("k").kind == ErrorKind::unhandled_exception);
  s.start("l", "Throws", std::string("std"));
  CHECK(s.failure_of("l").message == "broken");
  CHECK(s.runtime().is_running());
}

TEST_CASE("changed code is found out, and says where", "[nondeterminism]") {
  Scenario s(EVERY_BACKEND, [](Runtime& runtime) {
    register_all(runtime);
    runtime.register_orchestration(
        "Changed", [](OrchestrationContext context) -> Task<std::string> {
          const std::string first = co_await context.schedule_activity("Echo", std::string("a"));
          co_return first + co_await context.wait_for_external_event("Go");
        });
  });
  s.start("i", "Changed");
  while (s.types("i").size() < 4) {  // until it waits for the event
    REQUIRE(s.client().get_status("i"));
  }
  s.restart([](Runtime& runtime) {
    register_all(runtime);
    runtime.register_orchestration(
        "Changed", [](OrchestrationContext context) -> Task<std::string> {
          const std::string first = co_await context.schedule_activity("Other", std::string("a"));
          co_return first + co_await context.wait_for_external_event("Go");
        });
  });
  s.raise("i", "Go");
  const auto details = s.failure_of("i");
  CHECK(details.category == ErrorCategory::configuration);
  CHECK(details.kind == ErrorKind::nondeterminism);
  REQUIRE(details.nondeterminism);
  CHECK(details.nondeterminism->event_id == 2);
  CHECK(details.nondeterminism->recorded.find("Echo") != std::string::npos);
  CHECK(details.nondeterminism->attempted.find("Other") != std::string::npos);
  CHECK(details.nondeterminism->orchestration == "Changed");
  CHECK(details.nondeterminism->version == "1.0.0");
  CHECK(s.types("i").back() == "OrchestrationFailed");
}

TEST_CASE("code that is not deterministic is found out without residency",
          "[nondeterminism][residency][replay]") {
  static std::atomic<int> calls_made{0};
  calls_made = 0;
  Scenario s(
      EVERY_BACKEND,
      [](Runtime& runtime) {
        register_all(runtime);
        runtime.register_orchestration(
            "Random", [](OrchestrationContext context) -> Task<std::string> {
              const std::string name = std::to_string(calls_made++);
              const std::string first = co_await context.schedule_activity("Echo", name);
              co_return first + co_await context.schedule_activity("Echo", first);
            });
      },
      RuntimeOptions().max_resident_instances(0));
  s.start("i", "Random");
  CHECK(s.failure_of("i").kind == ErrorKind::nondeterminism);
}

TEST_CASE("a coroutine that the compiler may have got wrong harms at most its own instance",
          "[compiler-hazards]") {
  Scenario s(EVERY_BACKEND, register_all);
  s.start("i", "WithoutALocal", std::string("yes"));
  const auto status = s.wait("i");
  if (status.is_failed()) {
    CHECK(status.error()->kind == ErrorKind::spurious_suspension);
    CHECK(status.error()->message.find("declare any local variable") != std::string::npos);
  } else {
    CHECK(status.output() == "done");  // compiled rightly
  }
  CHECK(s.run("j", "Catches").is_completed());
}

TEST_CASE("a history limit fails what exceeds it", "[limits][history]") {
  Scenario s(EVERY_BACKEND, register_all, RuntimeOptions().history_limit(2));
  s.start("i", "Calls", std::string("Echo"));
  CHECK(s.failure_of("i").kind == ErrorKind::limit_exceeded);
}

}  // namespace duroxide::failures_test
