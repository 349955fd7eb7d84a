// Starts that take the place of the instance that has the id.

#include <string>

#include "scenario.hpp"

namespace duroxide::replacing_test {

using namespace duroxide::scenario;

namespace {

Task<std::string> child(OrchestrationContext context) {
  std::string never = co_await context.wait_for_external_event("Never");
  co_return never;
}

/// Waits for an event beside a child.
Task<std::string> waits(OrchestrationContext context, std::string what) {
  auto other = context.schedule_sub_orchestration("Child");
  const std::string said = co_await context.wait_for_external_event("Go");
  co_return what + " " + said;
}

void register_all(Runtime& runtime) {
  runtime.register_orchestration("Waits", waits).register_orchestration("Child", child);
}

}  // namespace

TEST_CASE("replacing: a new instance takes the place of one that runs, again and again",
          "[starts][terminate]") {
  Scenario s(EVERY_BACKEND, register_all,
             RuntimeOptions().max_resident_instances(GENERATE(0U, 100U)));
  const auto replace = StartOptions().reuse(ReusePolicy::terminate_existing);
  for (int i = 0; i < 20; ++i) {
    const auto started =
        s.client().start_orchestration("i", "Waits", "number " + std::to_string(i), replace);
    REQUIRE(started);
    CHECK(started->created());
    CHECK(started->replaced() == (i > 0));
  }
  s.raise("i", "Go", std::string("goes"));
  CHECK(s.wait("i").output() == "number 19 goes");
  const auto ended = s.client().start_orchestration("i", "Waits", std::string("last"), replace);
  REQUIRE(ended);
  CHECK(ended->replaced());
  s.raise("i", "Go", std::string("goes"));
  CHECK(s.wait("i").output() == "last goes");
}

TEST_CASE("replacing: whoever waits for the old instance learns that it is gone",
          "[starts][waits]") {
  Scenario s(EVERY_BACKEND, register_all);
  s.start("i", "Waits", std::string("old"));
  Gate answered;
  Client::Status status;
  s.client().wait_for_completion("i", ample, [&](Client::Status ended) {
    status = std::move(ended);
    answered.open();
  });
  s.start("i", "Waits", std::string("new"), StartOptions().reuse(ReusePolicy::terminate_existing));
  answered.wait();
  REQUIRE_FALSE(status);
  CHECK(status.error().kind == ClientError::Kind::instance_not_found);
}

}  // namespace duroxide::replacing_test
