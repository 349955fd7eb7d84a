// Single activities in our engine: what is written of them, what finds no room, and what a crash or an
// earlier release leaves.

#include <catch2/catch.hpp>

#include "conformance/work_steps.hpp"
#include "engine/records.hpp"
#include "model/limits.hpp"
#include "provider/faulty_world.hpp"
#include "storage/keys.hpp"

namespace duroxide::activity_records_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;
using storage::Table;

TEST_CASE("a cancellation is told after its commit, and not if it was refused",
          "[activities][commit_failure][cancellation]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  schedule(world, {{2}});
  const auto item = ask_for_work(world, *world.worker).value().at(0);
  const auto told = await_cancelled(world, *world.worker);
  world.raise("a", "Go");
  auto failing = ack_of(world.fetch_one());
  failing.cancelled_activities = {2};
  faulty.kv->room = 0;
  CHECK_FALSE(world.ack(failing));
  CHECK_FALSE(told.answered());
  faulty.kv->room = FaultyKv::endless;
  end_pause(world);
  auto ack = ack_of(world.fetch_one());
  ack.cancelled_activities = {2};
  world.ack(ack).value();
  REQUIRE(told.answered());
  CHECK(told.value() == Tokens{item.lock_token});
}

TEST_CASE("closing answers who waits for cancellations", "[activities][cancellation]") {
  FaultyWorld faulty;
  const auto told = await_cancelled(faulty.world, *faulty.world.worker);
  faulty.world.store.reset();
  faulty.world.run();
  CHECK(told.error().kind == Kind::closed);
}

TEST_CASE("a heartbeat has a limit", "[activities][heartbeats]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  schedule(world, {{2}});
  const ActivityReference call_2 = reference_to(world, 2);
  CHECK(beat(world, call_2, std::string(model::max_heartbeat_bytes, 'x')));
  CHECK(beat(world, call_2, std::string(model::max_heartbeat_bytes + 1, 'x')).error().kind ==
        Kind::invalid_input);
}

TEST_CASE("progress goes with its activity", "[activities][heartbeats]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  schedule(world, {{2}});
  const ActivityReference call_2 = reference_to(world, 2);
  const auto item = world.fetch_work().at(0);
  beat(world, call_2, "half").value();
  const auto key = storage::WorkKey{1, 1, 2}.bytes();
  REQUIRE(faulty.kv->snapshot()->get(Table::progress, key));
  const int way = GENERATE(0, 1, 2);
  if (way == 0) {
    world.complete(item, "r").value();
  } else if (way == 1) {
    cancel(world, {2}).value();
  } else {
    complete_from_outside(world, call_2, work::ActivityCompleted{"a", 1, 2, "r"}).value();
  }
  for (const auto table : {Table::progress, Table::work, Table::attempts}) {
    CHECK_FALSE(faulty.kv->snapshot()->get(table, key));
  }
}

TEST_CASE("heartbeats join the commit that happens anyway",
          "[activities][group_commit][heartbeats]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  schedule(world, {{2}});
  const ActivityReference call_2 = reference_to(world, 2);
  const auto before = faulty.kv->commits;
  for (int i = 0; i < 20; ++i) {
    (void)world.client->ask<Done>(Heartbeat{call_2, "step " + std::to_string(i)});
  }
  const auto last =
      world.client->ask<Done>(EnqueueOrchestratorWork{raise_item("a", "Go"), {}, false});
  world.run();
  CHECK(last.answer());
  CHECK(faulty.kv->commits == before + 1);
  CHECK(pending_activities(world).at(0).progress == "step 19");
}

TEST_CASE("progress survives, and what is unreadable of it harms nobody",
          "[activities][reopen][heartbeats]") {
  auto running = std::make_unique<FaultyWorld>();
  schedule(running->world, {{2}, {3}});
  const ActivityReference call_2 = reference_to(running->world, 2);
  REQUIRE(running->world.fetch_work(2).size() == 2);
  beat(running->world, call_2, "half").value();
  const auto kv = running->kv;
  FaultyWorld::crash(running);
  const auto bad = storage::WorkKey{1, 1, 3}.bytes();
  kv->plant(Table::progress, bad, "rubbish");
  FaultyWorld second(kv);
  const auto items = second.world.fetch_work(2);
  REQUIRE(items.size() == 2);
  CHECK(items.at(0).progress == "half");
  CHECK(items.at(0).attempt_count == 2);
  CHECK_FALSE(items.at(1).progress);
  second.world.raise("a", "Go");
  CHECK_FALSE(kv->snapshot()->get(Table::progress, bad));
  CHECK(kv->snapshot()->count(Table::set_aside) == 1);
}

TEST_CASE("a call that a release without incarnations left open is completed by its token",
          "[activities][reopen][tokens][upgrade]") {
  auto running = std::make_unique<FaultyWorld>();
  schedule(running->world, {{2}});
  const auto kv = running->kv;
  FaultyWorld::crash(running);
  const auto row_of = [&](Table table, const std::string& key) {
    return std::string(kv->snapshot()->get(table, key).value());
  };
  const auto instance = storage::make_key(storage::Number{1});
  auto record = storage::decode_instance(row_of(Table::instances, instance)).value();
  record.incarnation = 0;
  kv->plant(Table::instances, instance, storage::encode_instance(record));
  const auto call = storage::WorkKey{1, 1, 2}.bytes();
  auto row = storage::decode_activity_row(row_of(Table::work, call)).value();
  row.item.incarnation = 0;
  kv->plant(Table::work, call, storage::encode_activity_row(row));

  FaultyWorld second(kv);
  CHECK(pending_activities(second.world).at(0).token == "1/2/a");
  CHECK(complete_from_outside(second.world, {"a", 1, 2, 7}, work::ActivityCompleted{"a", 1, 2, ""})
            .error()
            .kind == Kind::activity_not_found);
  complete_from_outside(second.world, {"a", 1, 2}, work::ActivityCompleted{"a", 1, 2, "late"})
      .value();
  CHECK(second.world.fetch_one().messages ==
        std::vector<WorkItem>{work::ActivityCompleted{"a", 1, 2, "late"}});
}

TEST_CASE("a completion from outside that finds no room has not been",
          "[activities][commit_failure][tokens]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  schedule(world, {{2}});
  const ActivityReference call_2 = reference_to(world, 2);
  const auto item = world.fetch_work().at(0);
  beat(world, call_2, "half").value();
  faulty.kv->room = 0;
  CHECK_FALSE(complete_from_outside(world, call_2, work::ActivityCompleted{"a", 1, 2, "r"}));
  faulty.kv->room = FaultyKv::endless;
  end_pause(world);
  world.ask<Done>(*world.worker, AbandonWorker{item.lock_token, {}, true, {}, {}}).value();
  const auto again = world.fetch_work().at(0);
  CHECK(again.item == item.item);
  CHECK(again.progress == "half");
  CHECK(world.nothing_to_fetch());
  CHECK(world.complete(again, "r"));
}

}  // namespace duroxide::activity_records_test
