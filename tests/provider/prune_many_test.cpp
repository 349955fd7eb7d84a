// Dropping old executions of many instances, and with the turn that continues one.

#include <memory>

#include <catch2/catch.hpp>

#include <duroxide/management.hpp>

#include "conformance/ended.hpp"
#include "provider/acting_steps.hpp"
#include "provider/damaged.hpp"
#include "provider/faulty_world.hpp"

namespace duroxide::prune_many_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using storage::Table;

namespace {

using Numbers = std::vector<std::uint64_t>;

/// Continues the one instance that has a message, a second later each time.
void continue_times(World& world, int times, const std::optional<PruneOptions>& prune = {}) {
  for (int i = 0; i < times; ++i) {
    auto ack = with_end(continue_of(world.fetch_one()));
    ack.prune = prune;
    world.ack(ack).value();
    world.clock->advance(1s);
  }
}

/// An instance that has continued so often, and now waits for nothing.
void make_eternal(World& world, const std::string& id, int times) {
  world.start(id);
  continue_times(world, times);
  world.ack(ack_of(world.fetch_one())).value();
}

PruneOptions keep_last(std::uint32_t count) {
  return {count, {}};
}

std::uint64_t events_in(World& world) {
  return ManagementClient(*world.store).get_system_metrics().value().total_events;
}

}  // namespace

TEST_CASE("many instances are pruned in a few commits", "[bulk][prune][continue-as-new]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  for (int i = 0; i < 50; ++i) {
    make_eternal(world, "i" + std::to_string(i), 3);
  }
  world.start("young");
  faulty.kv->commits = 0;
  const auto pruned = ManagementClient(*world.store).prune_instances({}, keep_last(2));
  CHECK(pruned.value() == PruneResult{51, 100, 200});
  CHECK(faulty.kv->commits == 1);
  CHECK(executions(world, "i7") == Numbers{3, 4});
  check_clean(world);
}

TEST_CASE("an instance with many old executions is pruned in steps, the oldest first",
          "[bulk][prune][continue-as-new]") {
  storage::EngineOptions options;
  options.bulk_rows = 30;
  FaultyWorld faulty(std::make_shared<FaultyKv>(), options);
  World& world = faulty.world;
  make_eternal(world, "a", 100);
  make_eternal(world, "b", 1);
  const ManagementClient client(*world.store);
  const bool fails = GENERATE(false, true);
  faulty.kv->commits = 0;
  const auto stopped = client.prune_instances({}, keep_last(1), [&](const Progress&) {
    faulty.kv->room = fails ? 0 : FaultyKv::endless;
    return fails;
  });
  faulty.kv->room = FaultyKv::endless;
  CHECK(stopped.has_value() != fails);
  CHECK(faulty.kv->commits == 1);
  const auto left = executions(world, "a");
  CHECK(left.size() > 50);
  CHECK(left.size() < 101);
  CHECK(left.back() == 101);
  CHECK(left.front() == 102 - left.size());
  check_clean(world);
  CHECK(client.prune_instances({}, keep_last(1)).value().executions_deleted == left.size());
  CHECK(executions(world, "a") == Numbers{101});
  CHECK(executions(world, "b") == Numbers{2});
  check_clean(world);
}

TEST_CASE("one instance with many old executions is pruned in several commits",
          "[prune][continue-as-new]") {
  storage::EngineOptions options;
  options.bulk_rows = 30;
  FaultyWorld faulty(std::make_shared<FaultyKv>(), options);
  World& world = faulty.world;
  make_eternal(world, "a", 100);
  faulty.kv->commits = 0;
  SECTION("to the end") {
    CHECK(prune(world, "a", keep_last(1)).value() == PruneResult{1, 100, 200});
    CHECK(faulty.kv->commits > 5);
    CHECK(executions(world, "a") == Numbers{101});
    check_clean(world);
  }
  SECTION("others come in between") {
    const auto pruned = world.client->ask_management<Answer<PruneResult>>(
        management_of(*world.store), management::PruneExecutions{"a", keep_last(1)});
    const auto started =
        world.client->ask<Done>(EnqueueOrchestratorWork{start_item("b"), std::nullopt, false});
    while (!started.answered()) {
      REQUIRE(world.system.step());
    }
    CHECK_FALSE(pruned.answered());
    world.run();
    CHECK(pruned.value().executions_deleted == 100);
  }
  SECTION("up to a failure, and the rest later") {
    const auto pruned = world.client->ask_management<Answer<PruneResult>>(
        management_of(*world.store), management::PruneExecutions{"a", keep_last(1)});
    while (faulty.kv->commits < 2) {
      REQUIRE(world.system.step());
    }
    faulty.kv->room = 0;
    world.run();
    faulty.kv->room = FaultyKv::endless;
    CHECK(pruned.error().kind == ProviderError::Kind::disk_full);
    const auto left = executions(world, "a");
    CHECK(left.size() < 101);
    CHECK(left.front() == 102 - left.size());
    world.clock->advance(1h);
    CHECK(prune(world, "a", keep_last(1)).value().executions_deleted == left.size() - 1);
    check_clean(world);
  }
}

TEST_CASE("a store that is closed in the middle of a pruning keeps what is not dropped yet",
          "[prune][continue-as-new]") {
  storage::EngineOptions options;
  options.bulk_rows = 30;
  auto faulty = std::make_unique<FaultyWorld>(std::make_shared<FaultyKv>(), options);
  const auto kv = faulty->kv;
  make_eternal(faulty->world, "a", 100);
  const auto pruned = faulty->world.client->ask_management<Answer<PruneResult>>(
      management_of(*faulty->world.store), management::PruneExecutions{"a", keep_last(1)});
  kv->commits = 0;
  while (kv->commits < 2) {
    REQUIRE(faulty->world.system.step());
  }
  faulty.reset();
  CHECK_FALSE((pruned.answered() && pruned.answer()));
  FaultyWorld again(kv, options);
  const auto left = executions(again.world, "a");
  CHECK(left.size() > 1);
  CHECK(left.size() < 101);
  check_clean(again.world);
  CHECK(prune(again.world, "a", keep_last(1)).value().executions_deleted == left.size() - 1);
}

TEST_CASE("old executions go with the turn that continues",
          "[conformance][prune][continue-as-new]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("a");
  SECTION("by number") {
    continue_times(world, 9, keep_last(3));
    CHECK(executions(world, "a") == Numbers{8, 9, 10});
    CHECK(events_in(world) == 4);
  }
  SECTION("all but the current one") {
    continue_times(world, 9, keep_last(1));
    CHECK(executions(world, "a") == Numbers{10});
    CHECK(events_in(world) == 0);
  }
  SECTION("by age") {
    continue_times(world, 5);
    // They ended a second after each other, the last one now.
    continue_times(world, 1, PruneOptions{{}, world.clock->now() - 2s});
    CHECK(executions(world, "a") == Numbers{4, 5, 6, 7});
  }
  SECTION("by both") {
    continue_times(world, 5);
    continue_times(world, 1, PruneOptions{6U, world.clock->now()});
    CHECK(executions(world, "a") == Numbers{2, 3, 4, 5, 6, 7});
  }
  check_clean(world);
  const auto item = world.fetch_one();
  world.ack(with_end(complete_of(item))).value();
  CHECK(world.status("a").is_completed());
  check_clean(world);
}

TEST_CASE("what goes with a turn costs no commit, and many go with several",
          "[prune][continue-as-new]") {
  storage::EngineOptions options;
  options.rows_dropped_with_turn = 6;
  FaultyWorld faulty(std::make_shared<FaultyKv>(), options);
  World& world = faulty.world;
  world.start("a");
  continue_times(world, 20);
  auto left = executions(world, "a").size();
  while (left > 2) {
    faulty.kv->commits = 0;
    continue_times(world, 1, keep_last(2));
    CHECK(faulty.kv->commits == 1);
    const auto now = executions(world, "a").size();
    CHECK(now < left);
    CHECK(left - now <= 3);
    left = now;
  }
  check_clean(world);
}

TEST_CASE("an old execution that cannot be read does not keep an instance from going on",
          "[prune][corruption][continue-as-new]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  continue_times(world, 2);
  faulty.kv->plant(Table::executions, storage::make_key(std::uint64_t{1}, std::uint64_t{2}), "?");
  continue_times(world, 1, keep_last(1));
  CHECK(world.fetch_one().execution_id == 4);
  // Nor the others from being dropped.
  CHECK(faulty.kv->snapshot()->count(Table::executions) == 1);
}

TEST_CASE("an old execution that cannot be read is kept, and the others are dropped",
          "[prune][corruption][continue-as-new]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  make_eternal(world, "a", 200);
  faulty.kv->plant(Table::executions, storage::make_key(std::uint64_t{1}, std::uint64_t{2}), "?");
  const bool one_by_name = GENERATE(false, true);
  const auto pruned =
      one_by_name ? prune(world, "a", keep_last(1)).value()
                  : ManagementClient(*world.store).prune_instances({}, keep_last(1)).value();
  CHECK(pruned == PruneResult{1, 199, 398});
  CHECK(faulty.kv->snapshot()->count(Table::executions) == 1);
  CHECK(faulty.kv->snapshot()->count(Table::history) == 2);  // its own and the current one
}

}  // namespace duroxide::prune_many_test
