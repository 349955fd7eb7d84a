// Pruning: old executions go, the current one never does.

#include <catch2/catch.hpp>

#include "provider/acting_steps.hpp"
#include "provider/faulty_world.hpp"

namespace duroxide::prune_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;
using storage::Table;

namespace {

using Numbers = std::vector<std::uint64_t>;

/// An instance in its fourth execution; each of the others has one event, and ended a second after
/// the one before.
void continue_three_times(World& world) {
  world.start("a");
  for (int i = 0; i < 3; ++i) {
    world.ack(continue_of(world.fetch_one())).value();
    world.clock->advance(1s);
  }
}

PruneOptions keep(std::uint32_t count) {
  return {count, {}};
}

}  // namespace

TEST_CASE("the newest executions are kept", "[conformance][prune][continue-as-new]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  const auto least = GENERATE(0U, 1U);  // the current one stays
  continue_three_times(world);
  CHECK(prune(world, "a", keep(4)).value() == PruneResult{1, 0, 0});
  CHECK(prune(world, "a", keep(3)).value() == PruneResult{1, 1, 1});
  CHECK(executions(world, "a") == Numbers{2, 3, 4});
  CHECK(prune(world, "a", keep(3)).value() == PruneResult{1, 0, 0});
  CHECK(prune(world, "a", keep(least)).value() == PruneResult{1, 2, 2});
  CHECK(executions(world, "a") == Numbers{4});
  // It goes on as if nothing had been.
  const auto item = world.fetch_one();
  CHECK(item.execution_id == 4);
  world.ack(complete_of(item)).value();
  CHECK(world.status("a").is_completed());
  CHECK(prune(world, "a", keep(1)).value() == PruneResult{1, 0, 0});
  CHECK(executions(world, "a") == Numbers{4});
  CHECK(world.history("a").size() == 1);
}

TEST_CASE("executions that ended early enough are dropped",
          "[conformance][prune][continue-as-new]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  const auto start = world.clock->now();
  continue_three_times(world);
  // They ended at the start, and one and two seconds after it.
  CHECK(prune(world, "a", {{}, start}).value().executions_deleted == 0);
  CHECK(prune(world, "a", {2, start + 1h}).value().executions_deleted == 2);
  CHECK(executions(world, "a") == Numbers{3, 4});
  CHECK(prune(world, "a", {1, start + 2s}).value().executions_deleted == 0);
  CHECK(prune(world, "a", {{}, start + 2s + 1ms}).value().executions_deleted == 1);
  CHECK(executions(world, "a") == Numbers{4});
}

TEST_CASE("pruning says what it will not do", "[conformance][prune][continue-as-new]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  CHECK(prune(world, "a", keep(1)).error().kind == Kind::instance_not_found);
  world.start("a");
  CHECK(prune(world, "a", {}).error().kind == Kind::invalid_input);
  CHECK(prune(world, "a", keep(1)).value() == PruneResult{1, 0, 0});
}

TEST_CASE("pruning leaves nothing of what it drops", "[prune][continue-as-new]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  continue_three_times(world);
  world.ack(complete_of(world.fetch_one())).value();
  const auto row_count = [&](Table table) { return faulty.kv->snapshot()->count(table); };
  const auto histories = row_count(Table::history);
  const auto ended = row_count(Table::executions);
  faulty.kv->room = 0;
  CHECK(prune(world, "a", keep(1)).error().kind == Kind::disk_full);
  faulty.kv->room = FaultyKv::endless;
  CHECK(row_count(Table::history) == histories);
  CHECK(prune(world, "a", keep(1)).value().executions_deleted == 3);
  CHECK(row_count(Table::history) == histories - 3);
  CHECK(row_count(Table::executions) == ended - 3);
}

}  // namespace duroxide::prune_test
