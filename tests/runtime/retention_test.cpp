// Automatic deletion of ended instances, and a runtime that starts paused.

#include <stdexcept>

#include <catch2/catch.hpp>

#include <duroxide/duroxide.hpp>
#include <duroxide/provider.hpp>

#include "engine/opening.hpp"
#include "provider/faulty_kv.hpp"
#include "provider/start_store.hpp"
#include "support/deterministic_system.hpp"

namespace duroxide::retention_test {

using namespace std::chrono_literals;
using Ids = std::vector<std::string>;

namespace {

Task<std::string> ends(OrchestrationContext, std::string how) {
  if (how == "badly") {
    throw std::runtime_error("broken");
  }
  co_return how;
}

Task<std::string> waits(OrchestrationContext context) {
  std::string event = co_await context.wait_for_external_event("End");
  co_return event;
}

struct World {
  explicit World(const RuntimeOptions& options) : runtime(store, options), client(store) {
    runtime.register_orchestration("Ends", ends).register_orchestration("Waits", waits);
  }

  void advance(Milliseconds time) {
    clock->advance(time);
    system.run();
  }
  [[nodiscard]] Ids ids() const { return ManagementClient(store).list_all_instances().value(); }

  test::DeterministicSystem system;
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  Store store = MemoryProvider::create(MemoryOptions().clock(clock).actor_system(system.handle()));
  Runtime runtime;
  Client client;
};

RuntimeOptions keep(const RetentionPolicy& policy) {
  return RuntimeOptions().retention(policy);
}

}  // namespace

TEST_CASE("retention: what has ended is deleted at its age, by status", "[retention][delete]") {
  World world(keep(RetentionPolicy().completed(1h).failed(24h).check_every(1min)));
  REQUIRE(world.runtime.start());
  REQUIRE(world.client.start_orchestration("good", "Ends", std::string("well")));
  REQUIRE(world.client.start_orchestration("bad", "Ends", std::string("badly")));
  REQUIRE(world.client.start_orchestration("open", "Waits"));
  world.advance(59min);
  CHECK(world.ids() == Ids{"good", "bad", "open"});
  world.advance(2min);
  CHECK(world.ids() == Ids{"bad", "open"});
  world.advance(24h);
  CHECK(world.ids() == Ids{"open"});
  CHECK(world.client.start_orchestration("good", "Ends", std::string("again")));
}

TEST_CASE("retention: a status without an age is kept", "[retention]") {
  World world(keep(RetentionPolicy().completed(1h)));
  REQUIRE(world.runtime.start());
  REQUIRE(world.client.start_orchestration("bad", "Ends", std::string("badly")));
  REQUIRE(world.client.start_orchestration("good", "Ends", std::string("well")));
  world.advance(24h * 365);
  CHECK(world.ids() == Ids{"bad"});
}

TEST_CASE("retention: a root stays as long as a descendant runs", "[retention][children]") {
  World world(keep(RetentionPolicy().completed(1h)));
  REQUIRE(world.runtime.start());
  REQUIRE(world.client.start_orchestration("root", "Ends", std::string("well")));
  REQUIRE(world.client.start_orchestration("below", "Waits", std::string(),
                                           StartOptions().parent("root")));
  world.advance(2h);
  CHECK(world.ids() == Ids{"root", "below"});
  REQUIRE(world.client.raise_event("below", "End"));
  world.advance(2h);
  CHECK(world.ids().empty());
}

TEST_CASE("a runtime that starts paused does nothing until it is resumed", "[pause]") {
  World world(RuntimeOptions().start_paused(true));
  REQUIRE(world.client.start_orchestration("i", "Ends", std::string("well")));
  REQUIRE(world.runtime.start());
  world.advance(1h);
  CHECK(world.client.get_status("i").value().is_running());
  const ManagementClient management(world.store);
  REQUIRE(management.list_paused().value().size() == 1);
  CHECK(management.list_paused().value().at(0).scope == PauseScope::of_store());
  REQUIRE(management.resume(PauseScope::of_store()));
  world.system.run();
  CHECK(world.client.get_status("i").value().output() == "well");
}

TEST_CASE("retention and a paused start need a store with management, and ages that make sense",
          "[retention][pause]") {
  World world{RuntimeOptions()};
  const Store bare =
      make_store(world.system.handle(), world.clock, provider_of(world.store), [] {});
  const auto refused = [](const Store& store, const RuntimeOptions& options) {
    Runtime runtime(store, options);
    const auto started = runtime.start();
    return !started && started.error().kind == RuntimeError::Kind::invalid_options;
  };
  CHECK(refused(bare, RuntimeOptions().start_paused(true)));
  CHECK(refused(bare, keep(RetentionPolicy().failed(1h))));
  CHECK(refused(world.store, keep(RetentionPolicy().completed(-1h))));
  CHECK(refused(world.store, keep(RetentionPolicy().completed(1h).check_every(0ms))));
  CHECK(refused(bare, keep(RetentionPolicy().keep_executions(1))));
  CHECK(refused(world.store, keep(RetentionPolicy().keep_executions(0))));
  CHECK(refused(world.store, keep(RetentionPolicy().executions(-1h))));
}

TEST_CASE("retention: what has ended is deleted with many others in one commit",
          "[retention][delete]") {
  test::DeterministicSystem system;
  const auto clock = std::make_shared<ManualClock>();
  const auto tables = std::make_shared<testing::FaultyKv>();
  storage::ProviderParts parts;
  parts.store = tables;
  parts.opening = storage::begin_opening(*tables);
  parts.clock = clock;
  const Store store = detail::start_store(system.handle(), std::move(parts));
  Runtime runtime(store, keep(RetentionPolicy().completed(1h)));
  runtime.register_orchestration("Ends", ends);
  REQUIRE(runtime.start());
  Client client(store);
  for (int i = 0; i < 500; ++i) {
    REQUIRE(client.start_orchestration("i" + std::to_string(i), "Ends", std::string("well")));
  }
  system.run();
  tables->commits = 0;
  clock->advance(2h);
  system.run();
  CHECK(ManagementClient(store).list_all_instances().value().empty());
  CHECK(tables->commits <= 5);
}

namespace {

/// Each event begins the next execution.
Task<int> goes_on(OrchestrationContext context, int round) {
  const std::string event = co_await context.wait_for_external_event("Next");
  co_await context.continue_as_new(round + 1);
  co_return round;
}

struct EternalWorld {
  explicit EternalWorld(const RuntimeOptions& options) { begin(options); }

  void begin(const RuntimeOptions& options) {
    runtime.reset();
    runtime.emplace(store, options);
    runtime->register_orchestration("GoesOn", goes_on);
    runtime->start().value();
    system.run();
  }
  void go_on(const std::string& instance, int times) {
    for (int i = 0; i < times; ++i) {
      REQUIRE(client.raise_event(instance, "Next"));
      system.run();
      clock->advance(1h);
      system.run();
    }
  }
  [[nodiscard]] std::vector<std::uint64_t> executions(const std::string& instance) const {
    return ManagementClient(store).list_executions(instance).value();
  }

  test::DeterministicSystem system;
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  Store store = MemoryProvider::create(MemoryOptions().clock(clock).actor_system(system.handle()));
  Client client{store};
  std::optional<Runtime> runtime;
};

using Numbers = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("retention: of what goes on, so many executions are kept, or those of so long",
          "[retention][prune][continue-as-new]") {
  SECTION("by number") {
    EternalWorld world(keep(RetentionPolicy().keep_executions(3)));
    REQUIRE(world.client.start_orchestration("eternal", "GoesOn", 1));
    world.go_on("eternal", 20);
    CHECK(world.executions("eternal") == Numbers{19, 20, 21});
  }
  SECTION("by age") {
    EternalWorld world(keep(RetentionPolicy().executions(150min)));
    REQUIRE(world.client.start_orchestration("eternal", "GoesOn", 1));
    world.go_on("eternal", 20);
    // The last ones ended 0, 1 and 2 hours before it continued.
    CHECK(world.executions("eternal") == Numbers{18, 19, 20, 21});
  }
  SECTION("all, without a policy") {
    EternalWorld world{RuntimeOptions()};
    REQUIRE(world.client.start_orchestration("eternal", "GoesOn", 1));
    world.go_on("eternal", 20);
    CHECK(world.executions("eternal").size() == 21);
  }
}

TEST_CASE("retention: executions from before the policy are dropped when the runtime starts",
          "[retention][prune][continue-as-new]") {
  EternalWorld world{RuntimeOptions()};
  REQUIRE(world.client.start_orchestration("eternal", "GoesOn", 1));
  REQUIRE(world.client.start_orchestration("young", "GoesOn", 1));
  world.go_on("eternal", 100);
  world.begin(keep(RetentionPolicy().keep_executions(2)));
  CHECK(world.executions("eternal") == Numbers{100, 101});
  CHECK(world.executions("young") == Numbers{1});
}

}  // namespace duroxide::retention_test
