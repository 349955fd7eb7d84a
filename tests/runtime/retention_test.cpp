// Automatic deletion of ended instances, and a runtime that starts paused.

#include <stdexcept>

#include <catch2/catch.hpp>

#include <duroxide/duroxide.hpp>
#include <duroxide/provider.hpp>

#include "support/deterministic_system.hpp"

using namespace duroxide;
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

TEST_CASE("retention: what has ended is deleted at its age, by status") {
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

TEST_CASE("retention: a status without an age is kept") {
  World world(keep(RetentionPolicy().completed(1h)));
  REQUIRE(world.runtime.start());
  REQUIRE(world.client.start_orchestration("bad", "Ends", std::string("badly")));
  REQUIRE(world.client.start_orchestration("good", "Ends", std::string("well")));
  world.advance(24h * 365);
  CHECK(world.ids() == Ids{"bad"});
}

TEST_CASE("retention: a root stays as long as a descendant runs") {
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

TEST_CASE("a runtime that starts paused does nothing until it is resumed") {
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

TEST_CASE("retention and a paused start need a store with management, and ages that make sense") {
  World world{RuntimeOptions()};
  const Store bare =
      make_store(world.system.handle(), world.clock, provider_of(world.store), {}, [] {});
  const auto refused = [](const Store& store, const RuntimeOptions& options) {
    Runtime runtime(store, options);
    const auto started = runtime.start();
    return !started && started.error().kind == RuntimeError::Kind::invalid_options;
  };
  CHECK(refused(bare, RuntimeOptions().start_paused(true)));
  CHECK(refused(bare, keep(RetentionPolicy().failed(1h))));
  CHECK(refused(world.store, keep(RetentionPolicy().completed(-1h))));
  CHECK(refused(world.store, keep(RetentionPolicy().completed(1h).check_every(0ms))));
}
