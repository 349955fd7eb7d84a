// What every provider must do with the tags of activities.

#include <catch2/catch.hpp>

#include "provider/faulty_world.hpp"
#include "provider/work_steps.hpp"

namespace duroxide::conformance_tags_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using storage::Table;

TEST_CASE("a fetch is given what its filter accepts, oldest first", "[conformance][tags]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  schedule(world, {{2, "gpu"}, {3}, {4, "cpu"}, {5, "gpu"}, {6}});
  SECTION("untagged") {
    CHECK(ids_of(ask_for_work(world, *world.worker)) == CallIds{3, 6});
    CHECK_FALSE(ask_for_work(world, *world.worker).answered());
  }
  SECTION("only some tags") {
    CHECK(ids_of(ask_for_work(world, *world.worker, TagFilter::only({"gpu", "none"}))) ==
          CallIds{2, 5});
  }
  SECTION("several tags in one order") {
    CHECK(ids_of(ask_for_work(world, *world.worker, TagFilter::only({"cpu", "gpu"}))) ==
          CallIds{2, 4, 5});
  }
  SECTION("untagged and some tags") {
    CHECK(ids_of(ask_for_work(world, *world.worker, TagFilter::untagged_and({"cpu"}))) ==
          CallIds{3, 4, 6});
  }
  SECTION("any") {
    CHECK(ids_of(ask_for_work(world, *world.worker, TagFilter::any(), 2)) == CallIds{2, 3});
    CHECK(ids_of(ask_for_work(world, *world.worker, TagFilter::any())) == CallIds{4, 5, 6});
  }
  SECTION("none") {
    CHECK_FALSE(ask_for_work(world, *world.worker, TagFilter::none()).answered());
  }
}

TEST_CASE("parked fetches wait for their own tags", "[conformance][tags]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  auto other = make_partner(world);
  const auto gpu = ask_for_work(world, *world.worker, TagFilter::only({"gpu"}));
  const auto plain = ask_for_work(world, other);
  schedule(world, {{2}});
  CHECK_FALSE(gpu.answered());
  CHECK(ids_of(plain) == CallIds{2});
  schedule(world, {{3, "gpu"}, {4, "nobody"}}, "b");
  CHECK(ids_of(gpu) == CallIds{3});
  CHECK(gpu.value().at(0).item.tag == "gpu");
  other.die();
}

TEST_CASE("what a holder gives back is first in its lane", "[conformance][tags]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  schedule(world, {{2, "gpu"}, {3, "gpu"}, {4}});
  CHECK(ids_of(ask_for_work(world, *world.worker, TagFilter::any(), 1)) == CallIds{2});
  world.ask<Done>(*world.worker, ReleaseHolder{}).value();
  const auto again = ask_for_work(world, *world.worker, TagFilter::only({"gpu"}));
  CHECK(ids_of(again) == CallIds{2, 3});
  CHECK(again.value().at(0).attempt_count == 1);
  // An abandoned one keeps its tag, also through a delay.
  const auto tokens = std::pair(again.value().at(0).lock_token, again.value().at(1).lock_token);
  abandon_work(world, tokens.first).value();
  abandon_work(world, tokens.second, Milliseconds{5000}).value();
  CHECK(ids_of(ask_for_work(world, *world.worker)) == CallIds{4});
  CHECK_FALSE(ask_for_work(world, *world.worker).answered());
  pass_time(world, Milliseconds{5000});
  auto other = make_partner(world);
  CHECK(ids_of(ask_for_work(world, other, TagFilter::only({"gpu"}))) == CallIds{2, 3});
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
    if (change.value->at(1) == 1) {
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

}  // namespace duroxide::conformance_tags_test
