// Hearing of changes: what is committed, in order, to those who ask.

#include <catch2/catch.hpp>

#include "conformance/work_steps.hpp"
#include "provider/acting_steps.hpp"
#include "provider/faulty_world.hpp"

namespace duroxide::change_feed_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;
using management::AwaitChanges;
using management::SubscribeChanges;
using management::UnsubscribeChanges;

namespace {

using PendingChanges = Pending<Answer<ChangeBatch>>;

Done subscribe(World& world, ChangeFilter filter = {}, std::uint32_t capacity = 100,
               std::uint64_t id = 1) {
  return world.manage<Done>(SubscribeChanges{id, std::move(filter), capacity});
}

PendingChanges await_changes(World& world, std::uint64_t id = 1) {
  auto pending = world.client->ask_management<Answer<ChangeBatch>>(management_of(*world.store),
                                                                   AwaitChanges{id});
  world.run();
  return pending;
}

Done unsubscribe(World& world, std::uint64_t id = 1) {
  return world.manage<Done>(UnsubscribeChanges{id});
}

using Lines = std::vector<std::string>;

/// Each change as `kind instance execution events`.
Lines lines(const ChangeBatch& batch) {
  Lines told;
  for (const auto& change : batch.changes) {
    told.push_back(std::string(to_string(change.kind)) + " " + change.instance_id + " " +
                   std::to_string(change.execution_id) + " " + std::to_string(change.event_count));
  }
  return told;
}

Lines next_lines(World& world, std::uint64_t id = 1) {
  return lines(await_changes(world, id).value());
}

}  // namespace

TEST_CASE("each kind of change is told", "[conformance][changes]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  ChangeFilter everything;
  everything.turns = true;
  subscribe(world, everything).value();
  subscribe(world, {}, 100, 2).value();
  world.start("a");
  world.clock->advance(1s);
  auto ack = ack_of(world.fetch_one());
  ack.custom_status = CustomStatusChange{"busy", 1};
  world.ack(ack).value();
  world.raise("a", "Go");
  world.ack(continue_of(world.fetch_one())).value();
  world.ack(complete_of(world.fetch_one())).value();
  world.start("b");
  world.ack(fail_of(world.fetch_one())).value();
  world.start("c");
  terminate(world, "c").value();
  delete_now(world, {"a"}).value();
  const Lines without_turns{"started a 1 0",   "custom_status a 1 1", "continued_as_new a 2 0",
                            "completed a 2 1", "started b 1 0",       "failed b 1 1",
                            "started c 1 0",   "cancelled c 1 3",     "deleted a 2 1"};
  Lines with_turns = without_turns;
  with_turns.insert(with_turns.begin() + 2, "progressed a 1 1");
  const auto batch = await_changes(world).value();
  CHECK(lines(batch) == with_turns);
  CHECK(batch.missed == 0);
  CHECK(batch.changes.at(1).at == world.clock->now());
  CHECK(batch.changes.at(0).at == world.clock->now() - 1s);
  CHECK(batch.changes.at(0).orchestration_name == "Test");
  CHECK(next_lines(world, 2) == without_turns);
}

TEST_CASE("an instance that goes on from a history is told as restored", "[conformance][changes]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("a");
  world.ack(ack_of(world.fetch_one())).value();
  subscribe(world).value();
  world.manage<Answer<RestoredInstance>>(management::ForkInstance{"a", "b", {}}).value();
  terminate(world, "a").value();
  world.manage<Answer<RestoredInstance>>(management::RewindInstance{"a", {}}).value();
  CHECK(next_lines(world) == Lines{"restored b 1 1", "cancelled a 1 3", "restored a 1 1"});
}

TEST_CASE("whoever waits for changes is answered with the next", "[conformance][changes]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("before");
  subscribe(world).value();
  const auto pending = await_changes(world);
  CHECK_FALSE(pending.answered());
  world.start("a");
  REQUIRE(pending.answered());
  CHECK(lines(pending.value()) == Lines{"started a 1 0"});
  CHECK_FALSE(await_changes(world).answered());
}

TEST_CASE("a newer request for changes ends the older one", "[conformance][changes]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  subscribe(world).value();
  const auto older = await_changes(world);
  const auto newer = await_changes(world);
  REQUIRE(older.answered());
  CHECK(older.value().changes.empty());
  CHECK_FALSE(newer.answered());
}

TEST_CASE("a filter chooses what is told", "[conformance][changes]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  ChangeFilter by_instance;
  by_instance.instance = "a";
  ChangeFilter by_name;
  by_name.orchestration_name = "Other";
  ChangeFilter by_both = by_instance;
  by_both.orchestration_name = "Other";
  subscribe(world, by_instance, 100, 1).value();
  subscribe(world, by_name, 100, 2).value();
  subscribe(world, by_both, 100, 3).value();
  world.start("a", "Test");
  world.start("b", "Other");
  CHECK(next_lines(world, 1) == Lines{"started a 1 0"});
  CHECK(next_lines(world, 2) == Lines{"started b 1 0"});
  CHECK_FALSE(await_changes(world, 3).answered());
}

TEST_CASE("a slow reader loses the oldest changes and is told how many", "[conformance][changes]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  subscribe(world, {}, 2).value();
  for (const auto* id : {"a", "b", "c", "d", "e"}) {
    world.start(id);
  }
  const auto batch = await_changes(world).value();
  CHECK(lines(batch) == Lines{"started d 1 0", "started e 1 0"});
  CHECK(batch.missed == 3);
  world.start("f");
  CHECK(await_changes(world).value().missed == 0);
}

TEST_CASE("a subscription ends when it is told to", "[conformance][changes]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  subscribe(world).value();
  const auto pending = await_changes(world);
  unsubscribe(world).value();
  REQUIRE(pending.answered());
  CHECK(pending.value().changes.empty());
  CHECK(await_changes(world).error().kind == Kind::invalid_input);
  unsubscribe(world).value();
  subscribe(world).value();
  world.start("a");
  CHECK(next_lines(world) == Lines{"started a 1 0"});
}

TEST_CASE("subscriptions are checked", "[conformance][changes]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  CHECK(subscribe(world, {}, 0).error().kind == Kind::invalid_input);
  CHECK(subscribe(world, {}, 1'000'001).error().kind == Kind::invalid_input);
  subscribe(world).value();
  CHECK(subscribe(world).error().kind == Kind::invalid_input);
  CHECK(await_changes(world, 2).error().kind == Kind::invalid_input);
  // The number is the sender's own.
  auto other = make_partner(world);
  const auto mine =
      other.ask_management<Done>(management_of(*world.store), SubscribeChanges{1, {}, 10});
  world.run();
  REQUIRE(mine.answer());
  // It ends with its sender.
  const auto parked =
      other.ask_management<Answer<ChangeBatch>>(management_of(*world.store), AwaitChanges{1});
  world.run();
  other.die();
  world.run();
  world.start("a");
  CHECK_FALSE(parked.answered());
  CHECK(next_lines(world) == Lines{"started a 1 0"});
}

TEST_CASE("whoever waits for changes when the store closes is told", "[conformance][changes]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  subscribe(world).value();
  const auto pending = await_changes(world);
  world.close();
  REQUIRE(pending.answered());
  CHECK(pending.error().kind == Kind::closed);
}

TEST_CASE("what was refused is not told", "[commit_failure][changes]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  subscribe(world).value();
  faulty.kv->room = 0;
  CHECK_FALSE(world.enqueue(start_item("a")));
  faulty.kv->room = FaultyKv::endless;
  const auto pending = await_changes(world);
  CHECK_FALSE(pending.answered());
  world.start("b");
  CHECK(lines(pending.value()) == Lines{"started b 1 0"});
}

}  // namespace duroxide::change_feed_test
