// Key-value state, custom status and the waits for them, when the disk is full, the store stops or is
// opened again, and when rows cannot be read.

#include <catch2/catch.hpp>

#include "conformance/values.hpp"
#include "engine/values.hpp"
#include "provider/faulty_world.hpp"
#include "storage/keys.hpp"

namespace duroxide::values_failure_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;
using storage::make_key;
using storage::Table;
using storage::value_key;

namespace {

/// Lets the rest on a full disk pass.
void pass_pause(World& world) {
  world.clock->advance(100ms);
  (void)world.timers->ask<Answer<DueTimers>>(DequeueTimerPeekLock{1, {}});
  world.run();
}

AckOrchestrationItem full_change(const OrchestrationItem& item, const std::string& text,
                                 std::uint64_t version) {
  auto ack = change_of(item, {set("k", text, version)});
  ack.custom_status = CustomStatusChange{text, version};
  return ack;
}

}  // namespace

TEST_CASE("what finds no room changes no value, and waits go on",
          "[commit_failure][values][waits]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  world.ack(full_change(world.fetch_one(), "old", 1)).value();
  const auto value = world.client->ask<Value>(WaitForValue{"a", "k", 1, 1});
  const auto status = world.client->ask<Status>(WaitForStatus{"a", 2, 1});
  auto item = turn_of(world, "a");
  faulty.kv->room = 0;
  CHECK(world.ack(full_change(item, "new", 2)).error().kind == Kind::disk_full);
  faulty.kv->room = FaultyKv::endless;
  CHECK_FALSE(value.answered());
  CHECK_FALSE(status.answered());
  CHECK(value_of(world, "a", "k") == entry("k", "old", 1));
  CHECK(values_of(world, "a").size() == 1);
  CHECK(world.status("a").custom_status() == "old");

  // A commit does not make them believe in what was refused.
  pass_pause(world);
  world.start("b");
  CHECK_FALSE(value.answered());
  item = world.fetch_one();
  REQUIRE(item.instance == "a");
  world.ack(full_change(item, "new", 2)).value();
  CHECK(value.value() == entry("k", "new", 2));
  CHECK(status.value().custom_status() == "new");
}

TEST_CASE("waits for a start that came to nothing are answered", "[commit_failure][waits]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  faulty.kv->room = 0;
  const auto start = world.client->ask<Done>(EnqueueOrchestratorWork{start_item("a"), {}, false});
  const auto value = world.client->ask<Value>(WaitForValue{"a", "k", 0, 1});
  const auto status = world.client->ask<Status>(WaitForStatus{"a", 2, 0});
  world.run();
  CHECK_FALSE(start.answer());
  CHECK(value.value() == std::nullopt);
  CHECK(status.value().is_not_found());
}

TEST_CASE("a read in a turn that finds no room is made again", "[commit_failure][values]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("other");
  world.ack(change_of(world.fetch_one(), {set("k", "v", 1)})).value();
  world.start("a");
  const auto item = world.fetch_one();
  auto ack = ack_of(item);
  ack.orchestrator_items = {work::ReadKeyValue{"other", "k", ParentLink{"a", 1, 2}}};
  faulty.kv->room = 0;
  CHECK_FALSE(world.ack(ack));
  faulty.kv->room = FaultyKv::endless;
  pass_pause(world);
  const auto again = world.fetch_one();
  CHECK(again.messages == item.messages);
  ack.lock_token = again.lock_token;
  world.ack(ack).value();
  CHECK(world.fetch_one().messages == std::vector<WorkItem>{work::KeyValueRead{"a", 1, 2, "v"}});
}

TEST_CASE("waits are told when the store stops", "[commit_failure][waits]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  const auto value = world.client->ask<Value>(WaitForValue{"a", "k", 0, 1});
  const auto status = world.client->ask<Status>(WaitForStatus{"a", 2, 0});
  SECTION("because a sync failed") {
    faulty.kv->failures = 1;
    CHECK(world.enqueue(start_item("b")).error().kind == Kind::storage);
    for (const auto& late : {world.ask<Value>(*world.client, GetValue{"a", "k"}),
                             world.ask<Value>(*world.client, WaitForValue{"a", "k", 0, 3})}) {
      CHECK(late.error().kind == Kind::closed);
    }
    CHECK(world.ask<Values>(*world.client, GetValues{"a"}).error().kind == Kind::closed);
  }
  SECTION("because it is closed") {
    world.system.step();
    world.system.step();
    world.store.reset();
    world.run();
  }
  CHECK(value.error().kind == Kind::closed);
  CHECK(value.error().operation == "wait_for_value");
  CHECK(status.error().kind == Kind::closed);
  CHECK(status.error().operation == "wait_for_status");
}

TEST_CASE("values and custom status are there after a crash", "[reopen][values][custom-status]") {
  auto running = std::make_unique<FaultyWorld>();
  const auto kv = running->kv;
  running->world.start("a");
  running->world.ack(full_change(running->world.fetch_one(), "v", 3)).value();
  FaultyWorld::crash(running);
  FaultyWorld second(kv);
  World& world = second.world;
  CHECK(values_of(world, "a") == std::vector<StoredValue>{entry("k", "v", 3)});
  CHECK(world.status("a").custom_status() == "v");
  CHECK(world.status("a").custom_status_version() == 3);
  CHECK(world.ask<Value>(*world.client, WaitForValue{"a", "k", 2, 1}).value() ==
        entry("k", "v", 3));
}

TEST_CASE("an unreadable value is an error to those who ask for it", "[corruption][values]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  world.ack(change_of(world.fetch_one(), {set("bad", "1", 1), set("good", "2", 2)})).value();
  std::string whole = storage::encode_value(entry("bad", "1", 1));
  whole.pop_back();
  faulty.kv->plant(Table::values, value_key(1, "bad"),
                   GENERATE_COPY(std::string(), std::string("rubbish"), whole));
  const auto error = world.ask<Value>(*world.client, GetValue{"a", "bad"}).error();
  CHECK(error.kind == Kind::corrupt);
  CHECK(error.operation == "get_value");
  CHECK_THAT(error.message, Catch::Contains("table values, key 0000000000000001626164"));
  CHECK(world.ask<Values>(*world.client, GetValues{"a"}).error().kind == Kind::corrupt);
  CHECK(world.ask<Value>(*world.client, WaitForValue{"a", "bad", 0, 1}).error().kind ==
        Kind::corrupt);
  CHECK(value_of(world, "a", "good") == entry("good", "2", 2));

  // Who reads it in a turn is told as well, and nothing of the turn happens.
  world.start("b");
  const auto item = world.fetch_one();
  auto ack = ack_of(item);
  ack.orchestrator_items = {work::ReadKeyValue{"a", "bad", ParentLink{"b", 1, 2}}};
  CHECK(world.ack(ack).error().kind == Kind::corrupt);
  CHECK(world.history("b").empty());

  // Setting it again repairs it.
  world.ack(ack_of(item)).value();
  world.ack(change_of(turn_of(world, "a"), {set("bad", "3", 3)})).value();
  CHECK(values_of(world, "a").size() == 2);
}

TEST_CASE("a value row with a bad key is an error", "[corruption][values]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  faulty.kv->plant(Table::values, make_key(std::uint64_t{1}),
                   storage::encode_value(entry("", "1", 1)));
  CHECK(world.ask<Values>(*world.client, GetValues{"a"}).error().kind == Kind::corrupt);
}

TEST_CASE("an unreadable custom status is an error to those who ask",
          "[corruption][custom-status]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  world.ack(full_change(world.fetch_one(), "v", 1)).value();
  const auto parked = world.client->ask<Status>(WaitForStatus{"a", 1, std::nullopt});
  world.run();
  faulty.kv->plant(Table::custom_status, make_key(std::uint64_t{1}), "rubbish");
  const auto error = world.ask<Status>(*world.client, GetStatus{"a"}).error();
  CHECK(error.kind == Kind::corrupt);
  CHECK_THAT(error.message, Catch::Contains("table custom_status, key 0000000000000001"));
  CHECK(world.ask<Status>(*world.client, WaitForStatus{"a", 2, 0}).error().kind == Kind::corrupt);
  CHECK(value_of(world, "a", "k") == entry("k", "v", 1));
  world.ack(complete_of(turn_of(world, "a"))).value();
  CHECK(parked.error().kind == Kind::corrupt);
}

TEST_CASE("waits are looked at only when something of their instance changes",
          "[commit_timing][waits]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  world.ack(ack_of(world.fetch_one())).value();
  const auto value = world.client->ask<Value>(WaitForValue{"a", "k", 0, 1});
  const auto status = world.client->ask<Status>(WaitForStatus{"a", 2, 0});
  world.run();
  // Whoever looks is told of this.
  faulty.kv->plant(Table::values, value_key(1, "k"), "rubbish");
  faulty.kv->plant(Table::custom_status, make_key(std::uint64_t{1}), "rubbish");
  world.ack(ack_of(turn_of(world, "a"))).value();
  world.start("b");
  world.ack(full_change(world.fetch_one(), "of another", 1)).value();
  CHECK_FALSE(value.answered());
  CHECK_FALSE(status.answered());
  world.ack(change_of(turn_of(world, "a"), {set("other", "", 1)})).value();
  CHECK(value.error().kind == Kind::corrupt);
  CHECK(status.error().kind == Kind::corrupt);
}

}  // namespace duroxide::values_failure_test
