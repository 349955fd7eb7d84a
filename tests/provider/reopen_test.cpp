// What a store does with what an earlier session left behind. The tables are in memory and outlive
// the provider; the LMDB tests do the same with files.

#include <catch2/catch.hpp>

#include "provider/faulty_world.hpp"
#include "storage/keys.hpp"

namespace duroxide::reopen_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using storage::Table;

namespace {

/// A store with a started instance `new`, and `old` with one turn taken and an activity queued.
std::unique_ptr<FaultyWorld> populated() {
  auto faulty = std::make_unique<FaultyWorld>();
  World& world = faulty->world;
  world.start("old");
  const auto item = world.fetch_one();
  auto ack = ack_of(item);
  ack.worker_items = {activity(item, 2)};
  ack.timers = {timer(item, 3, world.clock->now() + 1s)};
  ack.stays_resident = true;
  world.ack(ack).value();
  world.raise("old", "Go");
  world.start("new");
  return faulty;
}

}  // namespace

TEST_CASE("everything is there after a clean close, and counts as new",
          "[reopen][restart][poison]") {
  auto first = populated();
  const auto kv = first->kv;
  first.reset();
  FaultyWorld second(kv);
  World& world = second.world;
  const auto items = world.fetch(5);
  REQUIRE(items.size() == 2);
  CHECK(items.at(0).instance == "old");
  CHECK(items.at(0).history.size() == 1);
  CHECK(items.at(0).messages == std::vector<WorkItem>{raise_item("old", "Go")});
  CHECK(items.at(0).attempt_count == 1);
  CHECK(items.at(1).instance == "new");
  CHECK(world.fetch_work().at(0).attempt_count == 1);
  CHECK(world.due().value().next_due == world.clock->now() + 1s);
  CHECK(second.kv->commits == 0);
}

TEST_CASE("after a crash a delivery is counted before it is made", "[reopen][restart][poison]") {
  auto running = populated();
  const auto kv = running->kv;
  for (std::uint32_t attempt = 1; attempt <= 3; ++attempt) {
    FaultyWorld::crash(running);
    running = std::make_unique<FaultyWorld>(kv);
    World& world = running->world;
    const auto fetch = world.fetch_later(5);
    REQUIRE(fetch.answered());
    CHECK(kv->commits == 1);
    CHECK(fetch.value().at(0).instance == "old");
    CHECK(fetch.value().at(0).attempt_count == attempt);
    // From the second crash on they have their turns one at a time, and activities wait for that.
    const bool together = attempt == 1;
    REQUIRE(fetch.value().size() == (together ? 2 : 1));
    CHECK(kv->last_of(Table::attempts).size() == (together ? 2 : 1));
    if (together) {
      CHECK(fetch.value().at(1).attempt_count == attempt);
      CHECK(world.fetch_work().at(0).attempt_count == attempt);
      CHECK(kv->commits == 2);
      CHECK(kv->last_of(Table::attempts).contains(storage::WorkKey{1, 1, 2}.bytes()));
    }
  }
  // A turn that ends well is forgotten.
  World& world = running->world;
  world.ask<Done>(*world.dispatcher, ReleaseHolder{}).value();
  for (const auto& item : world.fetch(5)) {
    world.ack(ack_of(item)).value();
  }
  world.raise("old", "Again");
  CHECK(world.fetch_one().attempt_count == 1);
  const auto view = kv->snapshot();
  CHECK_FALSE(view->get(Table::attempts, storage::make_key(std::uint64_t{1})));
}

TEST_CASE("a delivery counted ahead and given back unharmed does not count",
          "[reopen][restart][poison]") {
  auto running = populated();
  const auto kv = running->kv;
  FaultyWorld::crash(running);
  FaultyWorld second(kv);
  World& world = second.world;
  auto item = world.fetch_one();
  REQUIRE(item.instance == "old");
  SECTION("by ignore_attempt") {
    world.abandon(item.lock_token, {}, true).value();
  }
  SECTION("with everything of its holder") {
    world.ask<Done>(*world.dispatcher, ReleaseHolder{}).value();
  }
  for (const auto& again : world.fetch(2)) {
    CHECK(again.attempt_count == 1);
  }
}

TEST_CASE("what is new since the crash is not counted ahead", "[reopen][restart][poison]") {
  auto running = populated();
  const auto kv = running->kv;
  FaultyWorld::crash(running);
  FaultyWorld second(kv);
  World& world = second.world;
  for (const auto& item : world.fetch(2)) {
    world.ack(ack_of(item)).value();
  }
  world.raise("old", "Fresh");
  const auto commits = kv->commits;
  auto item = world.fetch_one();
  CHECK(kv->commits == commits);
  CHECK(item.attempt_count == 1);
  world.ack(continue_of(item)).value();
  item = world.fetch_one();
  CHECK(item.execution_id == 2);
  CHECK(kv->commits == commits + 1);
}

TEST_CASE("the backlog is found little by little", "[reopen][restart]") {
  auto running = std::make_unique<FaultyWorld>();
  for (int i = 0; i < 50; ++i) {
    running->world.start("i" + std::to_string(i));
  }
  const auto kv = running->kv;
  running.reset();
  FaultyWorld second(kv);
  World& world = second.world;
  world.raise("i40", "Hurry");  // is not handed out twice for being found twice
  world.start("fresh");
  std::vector<std::string> seen;
  while (seen.size() < 51) {
    for (const auto& item : world.fetch(7)) {
      seen.push_back(item.instance);
      world.ack(ack_of(item)).value();
    }
  }
  std::sort(seen.begin(), seen.end());
  CHECK(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
  CHECK(world.nothing_to_fetch());
}

TEST_CASE("activities of this session and of earlier ones are not mixed up",
          "[reopen][restart][activities]") {
  auto running = populated();
  const auto kv = running->kv;
  running.reset();
  FaultyWorld second(kv);
  World& world = second.world;
  for (const auto& item : world.fetch(2)) {
    auto ack = ack_of(item);
    ack.worker_items = {activity(item, 20), activity(item, 21)};
    world.ack(ack).value();
  }
  CHECK(world.fetch_work(2).size() == 2);
  const auto rest = world.fetch_work(10);
  CHECK(rest.size() == 3);
  const auto parked = world.worker->ask<Answer<WorkItems>>(DequeueWorkerPeekLock{1});
  world.run();
  CHECK_FALSE(parked.answered());
}

TEST_CASE("counts of activities survive, whenever they were handed out",
          "[reopen][restart][poison][activities]") {
  auto running = std::make_unique<FaultyWorld>();
  const auto kv = running->kv;
  {
    World& world = running->world;
    world.start("a");
    const auto item = world.fetch_one();
    auto ack = ack_of(item);
    ack.worker_items = {activity(item, 2)};
    world.ack(ack).value();
    const auto work = world.fetch_work().at(0);
    // Counted in memory now, with the next commit on the disk.
    world.start("b");
    CHECK(kv->last_of(Table::attempts).size() == 1);
    CHECK(work.attempt_count == 1);
  }
  FaultyWorld::crash(running);
  FaultyWorld second(kv);
  CHECK(second.world.fetch_work().at(0).attempt_count == 2);
}

TEST_CASE("creation times never go back", "[reopen][restart][clock]") {
  auto running = std::make_unique<FaultyWorld>();
  running->world.clock->advance(1h);
  running->world.start("first");
  const auto kv = running->kv;
  running.reset();
  FaultyWorld second(kv);  // an hour earlier
  second.world.start("second");
  const auto rows =
      second.world.manage<Answer<std::vector<InstanceSummary>>>(management::ListInstances{})
          .value();
  REQUIRE(rows.size() == 2);
  CHECK(rows.at(0).instance_id == "first");
  CHECK(rows.at(1).created_at == rows.at(0).created_at);
}

TEST_CASE("waiting instances cost nothing at open", "[reopen][restart]") {
  auto running = std::make_unique<FaultyWorld>();
  World& world = running->world;
  world.start("a");
  world.ack(ack_of(world.fetch_one())).value();
  const auto kv = running->kv;
  running.reset();
  FaultyWorld second(kv);
  CHECK(second.world.nothing_to_fetch());
  second.world.raise("a", "Go");
  CHECK(second.world.fetch_one().history.size() == 1);
}

}  // namespace duroxide::reopen_test
