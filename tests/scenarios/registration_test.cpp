// Registrations: mistakes, what is missing, versions.

#include "scenario.hpp"

namespace duroxide::registration_test {

using namespace duroxide::scenario;

namespace {

Task<std::string> version_of(OrchestrationContext context) {
  const std::string version = context.version();
  co_await context.wait_for_external_event("Go");
  co_return version;
}

Task<std::string> next_version(OrchestrationContext context, std::string target) {
  const std::string version = context.version();
  std::optional<std::string> next;  // GCC 12 destroys both sides of a ?: inside a co_await
  if (!target.empty()) {
    next = target;
  }
  if (context.execution_id() == 1) {
    co_await context.continue_as_new(target, next);
  }
  co_return version;
}

Task<std::string> calls(OrchestrationContext context) {
  co_return co_await context.schedule_activity("Late");
}

RuntimeOptions quick() {
  return RuntimeOptions()
      .unregistered_backoff(Milliseconds(10), Milliseconds(20))
      .log_sink([](const LogRecord&) {});
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

TEST_CASE("an instance that waits for its registration can be cancelled",
          "[registration][cancellation]") {
  Scenario s(
      EVERY_BACKEND, [](Runtime&) {}, quick());
  s.start("i", "Mistyped");
  CHECK_THAT(waiting_for(s, "i"), Catch::Contains("Mistyped"));
  REQUIRE(s.client().cancel_orchestration("i", "never mind"));
  CHECK(s.wait("i").is_cancelled());
}

TEST_CASE("all mistakes of registration are told at the start", "[registration][own-store]") {
  Runtime runtime(MemoryProvider::create());
  runtime.register_orchestration("", calls)
      .register_orchestration("O", calls)
      .register_orchestration("O", calls)
      .register_versioned("O", "one", calls)
      .register_activity("A", [] {})
      .register_activity("A", [] {})
      .register_activity(std::string(300, 'x'), [] {});
  const auto started = runtime.start();
  REQUIRE_FALSE(started);
  CHECK(started.error().kind == RuntimeError::Kind::registry_error);
  CHECK(std::count(started.error().message.begin(), started.error().message.end(), '\n') == 5);
  CHECK_FALSE(runtime.is_running());
}

TEST_CASE("a registration after the start is a mistake", "[registration][own-store]") {
  Runtime runtime(MemoryProvider::create());
  REQUIRE(runtime.start());
  CHECK(runtime.start().error().kind == RuntimeError::Kind::dispatcher_error);
  runtime.register_activity("A", [] {});
  runtime.stop();
  CHECK(runtime.start().error().kind == RuntimeError::Kind::registry_error);
}

TEST_CASE("options that make no sense are refused", "[registration][own-store]") {
  Runtime runtime(MemoryProvider::create(), RuntimeOptions().worker_concurrency(0));
  CHECK(runtime.start().error().kind == RuntimeError::Kind::invalid_options);
}

TEST_CASE("an unknown orchestration waits, and a second runtime takes it",
          "[registration][restart][same-process]") {
  Scenario s(
      EVERY_BACKEND, [](Runtime&) {}, quick());
  s.start("i", "Late");
  CHECK(waiting_for(s, "i") == "waiting for registration of orchestration Late");
  CHECK(s.client().get_status("i").value().is_running());
  Runtime second(s.engine_store(), quick());
  second.register_orchestration(
      "Late", [](OrchestrationContext) -> Task<std::string> { co_return "at last"; });
  REQUIRE(second.start());
  s.stop_runtime();
  CHECK(s.wait("i").output() == "at last");
}

TEST_CASE("an unknown activity waits, and a second runtime takes it",
          "[registration][restart][same-process]") {
  Scenario s(
      EVERY_BACKEND, [](Runtime& runtime) { runtime.register_orchestration("Calls", calls); },
      quick());
  s.start("i", "Calls");
  CHECK(waiting_for(s, "i") == "waiting for registration of activity Late");
  Runtime second(s.engine_store(), quick());
  second.register_orchestration("Calls", calls).register_activity("Late", [] { return "done"; });
  REQUIRE(second.start());
  s.stop_runtime();
  CHECK(s.wait("i").output() == "done");
}

TEST_CASE("versions: new instances take the newest, running ones stay", "[versioning]") {
  const auto one = [](Runtime& runtime) { runtime.register_versioned("O", "1.9.0", version_of); };
  const auto both = [](Runtime& runtime) {
    runtime.register_versioned("O", "1.10.0", version_of)
        .register_versioned("O", "1.9.0", version_of);
  };
  Scenario s(EVERY_BACKEND, one);
  s.start("old", "O");
  while (s.types("old").size() < 2) {
    REQUIRE(s.client().get_status("old"));
  }
  s.restart(both);
  s.start("new", "O");
  REQUIRE(s.client().start_orchestration_versioned("asked", "O", std::string(), "1.9.0"));
  for (const char* instance : {"old", "new", "asked"}) {
    s.raise(instance, "Go");
  }
  CHECK(s.wait("old").output() == "1.9.0");
  CHECK(s.wait("new").output() == "1.10.0");
  CHECK(s.wait("asked").output() == "1.9.0");
}

TEST_CASE("versions: continue as new takes the newest, or the one asked for",
          "[versioning][continue-as-new]") {
  Scenario s(EVERY_BACKEND, [](Runtime& runtime) {
    runtime.register_versioned("O", "1.0.0", next_version)
        .register_versioned("O", "1.5.0", next_version)
        .register_versioned("O", "2.0.0", next_version);
  });
  s.start("newest", "O", std::string(), StartOptions().version("1.0.0"));
  s.start("asked", "O", std::string("1.5.0"), StartOptions().version("1.0.0"));
  CHECK(s.wait("newest").output() == "2.0.0");
  CHECK(s.wait("asked").output() == "1.5.0");
}

TEST_CASE("versions: continue as new to a version that nobody has waits for it",
          "[registration][versioning][continue-as-new][same-process]") {
  Scenario s(
      EVERY_BACKEND,
      [](Runtime& runtime) { runtime.register_versioned("O", "1.0.0", next_version); }, quick());
  s.start("i", "O", std::string("2.0.0"));
  CHECK(waiting_for(s, "i") == "waiting for registration of orchestration O 2.0.0");
  CHECK(s.client().get_status("i").value().is_running());
  Runtime second(s.engine_store(), quick());
  second.register_versioned("O", "1.0.0", next_version)
      .register_versioned("O", "2.0.0", next_version);
  REQUIRE(second.start());
  s.stop_runtime();
  CHECK(s.wait("i").output() == "2.0.0");
  CHECK(ManagementClient(s.store()).list_executions("i").value().size() == 2);
}

}  // namespace duroxide::registration_test
