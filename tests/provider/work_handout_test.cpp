// The worker queue behind tags and sessions: rows of earlier openings, what is counted in advance, and what
// finds no room.

#include <catch2/catch.hpp>

#include "conformance/work_steps.hpp"
#include "provider/faulty_world.hpp"

namespace duroxide::work_handout_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using storage::Table;

namespace {

constexpr auto none = std::nullopt;

}  // namespace

TEST_CASE("a session binds anew after the store was opened again", "[sessions][reopen]") {
  auto running = std::make_unique<FaultyWorld>();
  schedule(running->world, {{2, none, "s"}, {3, none, "t"}, {4, none, "s"}, {5}});
  CHECK(ids_of(ask_for_work(running->world, *running->world.worker, {}, 1)) == CallIds{2});
  const auto kv = running->kv;
  const bool crashed = GENERATE(false, true);
  if (crashed) {
    FaultyWorld::crash(running);
  } else {
    running.reset();
  }
  FaultyWorld second(kv);
  World& world = second.world;
  auto other = make_partner(world);
  CHECK(ids_of(ask_for_work(world, other, {}, 1)) == CallIds{2});
  CHECK(ids_of(ask_for_work(world, *world.worker)) == CallIds{3, 5});
  CHECK_FALSE(ask_for_work(world, *world.worker).answered());
  CHECK(ids_of(ask_for_work(world, other)) == CallIds{4});
  other.die();
}

TEST_CASE("counting in advance knows who a session will be bound to", "[sessions][group_commit]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  auto other = make_partner(world);
  const auto first = ask_for_work(world, *world.worker, {}, 1);
  const auto second = ask_for_work(world, other, {}, 10);
  schedule(world, {{2, none, "s"}, {3, none, "s"}, {4, none, "t"}, {5, none, "t"}});
  CHECK(ids_of(first) == CallIds{2});
  CHECK(ids_of(second) == CallIds{4, 5});
  for (const auto& [key, change] : faulty.kv->last_of(Table::work)) {
    const auto id = storage::WorkKey::parse(key)->event_id;
    CHECK(int{change.value->bytes().at(1)} == (id == 3 ? 0 : 1));
  }
  CHECK(ask_for_work(world, *world.worker).value().at(0).attempt_count == 1);
  other.die();
}

TEST_CASE("rows of earlier sessions are sorted into their lanes", "[tags][reopen]") {
  auto running = std::make_unique<FaultyWorld>();
  schedule(running->world, {{2, "gpu"}, {3}, {4, "cpu"}, {5, "gpu"}, {6}});
  const auto kv = running->kv;
  const bool crashed = GENERATE(false, true);
  if (crashed) {
    FaultyWorld::crash(running);
  } else {
    running.reset();
  }
  FaultyWorld second(kv);
  World& world = second.world;
  auto other = make_partner(world);
  const auto nobody = ask_for_work(world, other, TagFilter::only({"nobody"}));
  CHECK(ids_of(ask_for_work(world, *world.worker, TagFilter::only({"gpu"}), 1)) == CallIds{2});
  CHECK(ids_of(ask_for_work(world, *world.worker, {}, 1)) == CallIds{3});
  CHECK(ids_of(ask_for_work(world, *world.worker, TagFilter::any())) == CallIds{4, 5, 6});
  CHECK_FALSE(nobody.answered());
  other.die();
}

TEST_CASE("only what a parked fetch will take is counted in advance", "[tags][group_commit]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  auto other = make_partner(world);
  const auto gpu = ask_for_work(world, *world.worker, TagFilter::only({"gpu"}), 2);
  const auto plain = ask_for_work(world, other, {}, 1);
  world.start("a");
  world
      .ack(ack_with_calls(world.fetch_one(),
                          {{2, "gpu"}, {3}, {4}, {5, "cpu"}, {6, "gpu"}, {7, "gpu"}}))
      .value();
  CHECK(ids_of(gpu) == CallIds{2, 6});
  CHECK(ids_of(plain) == CallIds{3});
  CallIds counted;
  for (const auto& [key, change] : faulty.kv->last_of(Table::work)) {
    if (change.value->bytes().at(1) == 1) {
      counted.push_back(storage::WorkKey::parse(key)->event_id);
    }
  }
  CHECK(counted == CallIds{2, 3, 6});
  for (const auto& pending : {gpu, plain}) {
    CHECK(pending.value().at(0).attempt_count == 1);
  }
  // The others were not counted, and are when they are handed out.
  const auto rest = ask_for_work(world, *world.worker, TagFilter::any());
  for (const auto& item : rest.value()) {
    CHECK(item.attempt_count == 1);
  }
  other.die();
}

TEST_CASE("a result that finds no room puts its row back into its lane", "[tags][commit_failure]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  schedule(world, {{2, "gpu"}, {3, "gpu"}});
  const auto taken = ask_for_work(world, *world.worker, TagFilter::only({"gpu"}), 1);
  REQUIRE(ids_of(taken) == CallIds{2});
  faulty.kv->room = 0;
  CHECK_FALSE(world.complete(taken.value().at(0), "r"));
  faulty.kv->room = FaultyKv::endless;
  end_pause(world);
  auto other = make_partner(world);
  CHECK_FALSE(ask_for_work(world, other).answered());
  CHECK(ids_of(ask_for_work(world, *world.worker, TagFilter::only({"gpu"}))) == CallIds{3, 2});
  other.die();
}

}  // namespace duroxide::work_handout_test
