// Which version of an orchestration runs, for those that other orchestrations start.

#include "scenario.hpp"

namespace duroxide::versioning_test {

using namespace duroxide::scenario;

namespace {

Task<std::string> version_of(OrchestrationContext context) {
  co_return context.version();
}

/// Runs the child under the version given, or under what is chosen for it.
Task<std::string> parent(OrchestrationContext context, std::string version) {
  auto options = SubOrchestrationOptions();
  if (!version.empty()) {
    options.version(version);
  }
  co_return co_await context.schedule_sub_orchestration("Child", std::string(), options);
}

/// A child and a detached instance, before and after an event.
Task<std::string> starts(OrchestrationContext context) {
  const std::string first = co_await context.schedule_sub_orchestration("Child");
  context.schedule_orchestration("Child", "early");
  context.set_custom_status(first);
  co_await context.wait_for_external_event("Upgraded");
  const std::string second = co_await context.schedule_sub_orchestration("Child");
  context.schedule_orchestration("Child", "late");
  context.schedule_orchestration("Child", "asked", std::string(), "1.0.0");
  co_return first + " " + second;
}

void one(Runtime& runtime) {
  runtime.register_orchestration("Parent", parent)
      .register_orchestration("Starts", starts)
      .register_versioned("Child", "1.0.0", version_of);
}

void two(Runtime& runtime) {
  one(runtime);
  runtime.register_versioned("Child", "2.0.0", version_of);
}

void pinned(Runtime& runtime) {
  two(runtime);
  runtime.set_version_policy("Child", VersionPolicy::exact("1.0.0"));
}

}  // namespace

TEST_CASE("versions: a child runs the one asked for, or what the policy says",
          "[versioning][children]") {
  Scenario s(EVERY_BACKEND, two);
  CHECK(s.run("newest", "Parent").output() == "2.0.0");
  CHECK(s.run("asked", "Parent", std::string("1.0.0")).output() == "1.0.0");
  s.restart(pinned);
  CHECK(s.run("by policy", "Parent").output() == "1.0.0");
  CHECK(s.run("asked again", "Parent", std::string("2.0.0")).output() == "2.0.0");
  CHECK(s.run("no child", "Child").output() == "1.0.0");
}

TEST_CASE("versions: detached starts and children take the newest, also one registered later",
          "[versioning][children]") {
  Scenario s(EVERY_BACKEND, one, RuntimeOptions().max_resident_instances(GENERATE(0U, 100U)));
  s.start("i", "Starts");
  CHECK(s.client().wait_for_status_change("i", 0, ample).value().custom_status() == "1.0.0");
  CHECK(s.wait("early").output() == "1.0.0");
  s.restart(two);
  s.raise("i", "Upgraded");
  CHECK(s.wait("i").output() == "1.0.0 2.0.0");
  CHECK(s.wait("late").output() == "2.0.0");
  CHECK(s.wait("asked").output() == "1.0.0");
}

}  // namespace duroxide::versioning_test
