// Several runtimes with different registrations on one store, end to end. Whatever a runtime has no code
// for would wait for an hour if no other took it, so that each case ends shows that one did.

#include "scenario.hpp"

namespace duroxide::fleet_test {

using namespace duroxide::scenario;

namespace {

RuntimeOptions patient() {
  return RuntimeOptions().unregistered_backoff(1h, 1h).control_socket(false).log_sink(
      [](const LogRecord&) {});
}

Task<std::string> parent(OrchestrationContext context, std::string input) {
  const std::string said = co_await context.schedule_sub_orchestration("Child", input);
  co_return "parent of " + said;
}

Task<std::string> child(OrchestrationContext context, std::string input) {
  const std::string first = co_await context.schedule_activity("OfFirst", input);
  const std::string second = co_await context.schedule_activity("OfSecond", first);
  co_return second;
}

Task<std::string> in_session(OrchestrationContext context) {
  const auto options = ActivityOptions().session("model");
  std::string text;
  for (const char* name : {"OfFirst", "OfSecond", "OfFirst"}) {
    const std::string step = co_await context.schedule_activity(name, text, options);
    text = step;
  }
  co_return text;
}

Task<std::string> version_of(OrchestrationContext context, std::string next) {
  const std::string version = context.version();
  const std::optional<std::string> wanted = next;
  if (version != next) {
    co_await context.continue_as_new(next, wanted);
  }
  co_return version;
}

void first_half(Runtime& runtime) {
  runtime.register_orchestration("Parent", parent)
      .register_orchestration("InSession", in_session)
      .register_activity("OfFirst", [](const std::string& input) { return input + "1"; });
}

void second_half(Runtime& runtime) {
  runtime.register_orchestration("Child", child)
      .register_activity("OfSecond", [](const std::string& input) { return input + "2"; });
}

/// Reads an instance's info until it says what it waits for.
std::string waiting_for(const Scenario& s, const std::string& instance) {
  const ManagementClient management(s.store());
  for (;;) {
    const auto info = management.get_instance_info(instance).value();
    if (info.waiting_for) {
      return *info.waiting_for;
    }
    REQUIRE(info.status.is_running());
  }
}

}  // namespace

TEST_CASE("a child and activities that only the other runtime knows are run there",
          "[registration][children][activities][same-process]") {
  const auto resident = GENERATE(std::size_t{0}, std::size_t{1'000});
  Scenario s(EVERY_BACKEND, first_half, patient().max_resident_instances(resident));
  Runtime second(s.engine_store(), patient().max_resident_instances(resident));
  second_half(second);
  REQUIRE(second.start());
  for (int i = 0; i < 20; ++i) {
    s.start("p" + std::to_string(i), "Parent", std::to_string(i) + ":");
  }
  for (int i = 0; i < 20; ++i) {
    CHECK(s.wait("p" + std::to_string(i)).output() == "parent of " + std::to_string(i) + ":12");
  }
}

TEST_CASE("three runtimes, each with something that the others lack",
          "[registration][same-process]") {
  Scenario s(
      EVERY_BACKEND, [](Runtime& runtime) { runtime.register_orchestration("Parent", parent); },
      patient());
  Runtime second(s.engine_store(), patient());
  second.register_orchestration("Child", child).register_activity("OfFirst", [](std::string input) {
    return input + "one";
  });
  Runtime third(s.engine_store(), patient());
  third.register_activity("OfSecond", [](std::string input) { return input + "two"; });
  REQUIRE(second.start());
  REQUIRE(third.start());
  for (int i = 0; i < 10; ++i) {
    s.start("p" + std::to_string(i), "Parent", std::string("-"));
  }
  for (int i = 0; i < 10; ++i) {
    CHECK(s.wait("p" + std::to_string(i)).output() == "parent of -onetwo");
  }
}

TEST_CASE("what a runtime that has stopped alone knew waits for another, and is then taken at once",
          "[registration][stop][same-process]") {
  Scenario s(EVERY_BACKEND, first_half, patient());
  {
    Runtime second(s.engine_store(), patient());
    second_half(second);
    REQUIRE(second.start());
    CHECK(s.run("p1", "Parent", std::string("a")).output() == "parent of a12");
  }
  s.start("p2", "Parent", std::string("b"));
  const ManagementClient management(s.store());
  std::string child_id;
  while (child_id.empty()) {
    const auto tree = management.get_instance_tree("p2").value();
    for (const auto& each : tree.all_ids()) {
      child_id = each == "p2" ? child_id : each;
    }
  }
  CHECK(waiting_for(s, child_id) == "waiting for registration of orchestration Child");
  Runtime again(s.engine_store(), patient());
  second_half(again);
  REQUIRE(again.start());
  CHECK(s.wait("p2").output() == "parent of b12");
}

TEST_CASE("a version that one runtime alone has is run there",
          "[registration][versioning][same-process]") {
  Scenario s(
      EVERY_BACKEND, [](Runtime& runtime) { runtime.register_versioned("O", "1.0.0", version_of); },
      patient());
  Runtime second(s.engine_store(), patient());
  second.register_versioned("O", "2.0.0", version_of);
  REQUIRE(second.start());
  for (int i = 0; i < 5; ++i) {
    const std::string id = std::to_string(i);
    s.start("old" + id, "O", std::string("1.0.0"), StartOptions().version("1.0.0"));
    s.start("new" + id, "O", std::string("2.0.0"), StartOptions().version("2.0.0"));
    s.start("goes" + id, "O", std::string("2.0.0"), StartOptions().version("1.0.0"));
  }
  for (int i = 0; i < 5; ++i) {
    const std::string id = std::to_string(i);
    CHECK(s.wait("old" + id).output() == "1.0.0");
    CHECK(s.wait("new" + id).output() == "2.0.0");
    CHECK(s.wait("goes" + id).output() == "2.0.0");
  }
}

TEST_CASE("a session goes to and fro between the runtimes that know its activities",
          "[registration][sessions][same-process]") {
  Scenario s(EVERY_BACKEND, first_half, patient());
  Runtime second(s.engine_store(), patient());
  second_half(second);
  REQUIRE(second.start());
  CHECK(s.run("i", "InSession").output() == "121");
}

}  // namespace duroxide::fleet_test
