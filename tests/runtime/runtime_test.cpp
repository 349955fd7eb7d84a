// What `Runtime::start` refuses, and which versions it runs.

#include <duroxide/duroxide.hpp>

#include "fixture.hpp"

namespace duroxide::runtime_test {

using namespace duroxide::runtime::test;

namespace {

Task<std::string> nothing(OrchestrationContext) {
  co_return "";
}

struct RuntimeFixture {
  DeterministicSystem system;
  ScriptedProvider provider{system};
  Runtime runtime{
      make_store(system.handle(), std::make_shared<ManualClock>(), provider.actor(), [] {}),
      RuntimeOptions().worker_tags(TagFilter::none())};

  ~RuntimeFixture() { provider.end(); }

  std::string start_error() {
    const auto started = runtime.start();
    REQUIRE_FALSE(started);
    CHECK(started.error().kind == RuntimeError::Kind::registry_error);
    return started.error().message;
  }
};

}  // namespace

TEST_CASE("runtime: a policy for a version that is not registered", "[registration][versioning]") {
  RuntimeFixture f;
  f.runtime.register_orchestration("O", nothing)
      .register_versioned("O", "1.1.0", nothing)
      .set_version_policy("O", VersionPolicy::exact("2.0.0"));
  CHECK(f.start_error() ==
        "mistakes in the registrations:\n"
        "the version policy of orchestration O asks for 2.0.0, which is not registered; registered "
        "versions: 1.0.0, 1.1.0");
  SECTION("can be replaced") {
    f.runtime.set_version_policy("O", VersionPolicy::exact("1.0.0"));
    CHECK(f.runtime.start());
  }
  SECTION("can be made right") {
    f.runtime.register_versioned("O", "2.0.0", nothing);
    CHECK(f.runtime.start());
  }
}

TEST_CASE("runtime: a policy after the start is a mistake, told by the next start",
          "[registration][versioning]") {
  RuntimeFixture f;
  f.runtime.register_orchestration("O", nothing);
  REQUIRE(f.runtime.start());
  f.runtime.set_version_policy("O", VersionPolicy::latest());
  f.provider.end();
  f.runtime.stop();
  CHECK(f.start_error() ==
        "mistakes in the registrations:\n"
        "the version policy of orchestration O is set after the start");
}

TEST_CASE("runtime: handles register under their names", "[registration]") {
  constexpr Activity<int(std::string)> length{"Length"};
  constexpr Orchestration<std::string()> root{"Root"};
  RuntimeFixture f;
  f.runtime.register_activity(length, [](std::string) { return 1; })
      .register_activity("Length", [] {})
      .register_orchestration(root, nothing)
      .register_orchestration("Root", nothing);
  CHECK(f.start_error() ==
        "mistakes in the registrations:\n"
        "activity Length is registered twice\n"
        "orchestration Root 1.0.0 is registered twice");
}

namespace {

template <class T>
concept Controls = requires(T& runtime) {
  runtime.start_orchestration("i", "O");
};

}  // namespace

TEST_CASE("runtime: the calls of the seeds", "[registration]") {
  DeterministicSystem system;
  std::optional<Store> store =
      MemoryProvider::create(MemoryOptions().actor_system(system.handle()));
  DuroxideRuntime runtime(*store);
  runtime.register_orchestration("O", nothing)
      .register_versioned("O", "2.0.0", nothing)
      .register_activity("A", [] {});
  CHECK_FALSE(runtime.is_running());
  REQUIRE(runtime.start());
  CHECK(runtime.is_running());
  CHECK(runtime.start().error().kind == RuntimeError::Kind::dispatcher_error);
  runtime.stop();
  CHECK_FALSE(runtime.is_running());
  STATIC_REQUIRE_FALSE(Controls<Runtime>);
  STATIC_REQUIRE(Controls<Client>);

  actors::stop(provider_of(*store));
  system.run();
  CHECK(runtime.start().error().kind == RuntimeError::Kind::storage_error);
}

TEST_CASE("durations: every option of a runtime takes them", "[timers][registration]") {
  using namespace std::chrono_literals;
  const auto options = RuntimeOptions()
                           .idle_eviction(0.5s)
                           .session_idle_timeout(0.5s)
                           .activity_cancellation_grace(0.5s)
                           .unregistered_backoff(0.5s, 1.5s)
                           .stop_timeout(0.5s);
  CHECK(options.idle_eviction() == 500ms);
  CHECK(options.session_idle_timeout() == 500ms);
  CHECK(options.activity_cancellation_grace() == 500ms);
  CHECK(options.unregistered_longest() == 1500ms);
  CHECK(options.stop_timeout() == 500ms);
}

}  // namespace duroxide::runtime_test
