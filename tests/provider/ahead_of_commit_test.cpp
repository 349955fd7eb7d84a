// What is seen, and what is answered, while a batch is open whose turns run ahead of its commit. A store
// that commits each request at once has no such time, so no other store is asked for this.

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "conformance/update_steps.hpp"
#include "conformance/values.hpp"
#include "provider/world.hpp"

namespace duroxide::ahead_of_commit_test {

using namespace duroxide::provider;
using namespace duroxide::testing;

namespace {

/// Two turns of one batch. Its commit waits until both are acknowledged.
struct OpenTurns {
  OrchestrationItem a;
  OrchestrationItem b;
};

OpenTurns turns_of(const Pending<Answer<Items>>& fetch) {
  REQUIRE(fetch.answered());
  const Items& items = fetch.value();
  REQUIRE(items.size() == 2);
  const std::size_t of_a = items.at(0).instance == "a" ? 0 : 1;
  return {items.at(of_a), items.at(1 - of_a)};
}

/// Sends it without letting anything move.
void send(World& world, const WorkItem& item) {
  (void)world.client->ask<Done>(EnqueueOrchestratorWork{item, {}, false});
}

/// The first turns of `a` and `b`, of which the starts are in the batch too.
OpenTurns start_both(World& world) {
  const auto fetch = world.fetch_later(2);
  send(world, start_item("a"));
  send(world, start_item("b"));
  world.run();
  return turns_of(fetch);
}

void begin_both(World& world) {
  for (const char* id : {"a", "b"}) {
    world.start(id);
    world.ack(ack_of(world.fetch_one(), {started_event()})).value();
  }
}

/// An ack that has arrived, and that is not answered yet.
Pending<Done> ack_later(World& world, AckOrchestrationItem ack) {
  auto acked = world.dispatcher->ask<Done>(std::move(ack));
  world.run();
  REQUIRE_FALSE(acked.answered());
  return acked;
}

}  // namespace

TEST_CASE("an answer to an update is given after the commit, not before",
          "[group_commit][updates]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  begin_both(world);
  const auto fetch = world.fetch_later(2);
  const auto asked = world.client->ask<Updated>(update("a", "u", 1));
  send(world, raise_item("b", "Go"));
  world.run();
  const auto turns = turns_of(fetch);
  const auto acked = ack_later(world, answer_of(turns.a, "u", "out"));
  CHECK_FALSE(asked.answered());
  world.ack(ack_of(turns.b)).value();
  CHECK(acked.answer());
  REQUIRE(asked.answered());
  CHECK(asked.value()->output == "out");
}

TEST_CASE("a query is answered once what its turn has seen is committed",
          "[group_commit][queries]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  begin_both(world);
  const auto fetch = world.fetch_later(2);
  send(world, raise_item("a", "Go"));
  send(world, raise_item("b", "Go"));
  const auto asked = query(world, "a", "q", 1);
  const auto turns = turns_of(fetch);
  const auto acked = ack_later(world, told_of(turns.a, "out"));
  CHECK_FALSE(asked.answered());
  world.ack(ack_of(turns.b)).value();
  CHECK(acked.answer());
  CHECK(asked.value()->output == "out");
}

TEST_CASE("a query that is answered is not handed out again before that is committed",
          "[group_commit][queries]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  begin_both(world);
  const auto fetch = world.fetch_later(2);
  send(world, raise_item("a", "Go"));
  send(world, raise_item("b", "Go"));
  const auto asked = query(world, "a", "q", 1);
  const auto turns = turns_of(fetch);
  REQUIRE(turns.a.questions.size() == 1);
  const auto more = world.fetch_later();
  const auto acked = ack_later(world, told_of(turns.a, "out"));
  CHECK_FALSE(asked.answered());
  CHECK_FALSE(more.answered());
  // What is asked now comes with a turn of its own, and alone.
  const auto late = query(world, "a", "late", 2);
  world.ack(ack_of(turns.b)).value();
  CHECK(acked.answer());
  CHECK(asked.value()->output == "out");
  REQUIRE(more.answered());
  REQUIRE(more.value().size() == 1);
  REQUIRE(more.value().front().questions.size() == 1);
  CHECK(more.value().front().questions.front().id == "late");
  world.ack(told_of(more.value().front(), "later")).value();
  CHECK(late.value()->output == "later");
  CHECK(world.nothing_to_fetch());
}

TEST_CASE("waits are answered after the commit, not before", "[group_commit][waits]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  const auto turns = start_both(world);
  auto ack = change_of(turns.a, {set("k", "v", 1)});
  ack.custom_status = CustomStatusChange{"begun", 1};
  const auto acked = ack_later(world, ack);
  const auto value = world.client->ask<Value>(WaitForValue{"a", "k", 0, 1});
  const auto status = world.client->ask<Status>(WaitForStatus{"a", 2, 0});
  world.run();
  CHECK_FALSE(acked.answered());
  CHECK_FALSE(value.answered());
  CHECK_FALSE(status.answered());
  world.ack(ack_of(turns.b)).value();
  CHECK(acked.answer());
  CHECK(value.value() == entry("k", "v", 1));
  CHECK(status.value().custom_status() == "begun");
}

TEST_CASE("a wait for a first turn is answered after its commit, not before",
          "[group_commit][waits][starts]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  const auto early = world.client->ask<Status>(WaitForStart{"a", 1, true});
  const auto turns = start_both(world);
  const auto acked = ack_later(world, ack_of(turns.a));
  const auto late = world.client->ask<Status>(WaitForStart{"a", 2, true});
  const auto other = world.client->ask<Status>(WaitForStart{"b", 3, true});
  world.run();
  CHECK_FALSE(acked.answered());
  CHECK_FALSE(early.answered());
  CHECK_FALSE(late.answered());
  world.ack(ack_of(turns.b)).value();
  CHECK(acked.answer());
  for (const auto& wait : {early, late, other}) {
    REQUIRE(wait.answered());
    CHECK(wait.value().is_running());
  }
}

TEST_CASE("only what is committed is seen", "[group_commit][values]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("a");
  world.ack(change_of(world.fetch_one(), {set("k", "old", 1)})).value();
  const auto fetch = world.fetch_later(2);
  send(world, start_item("b"));
  send(world, raise_item("a", "Go"));
  world.run();
  const auto turns = turns_of(fetch);
  auto change = change_of(turns.a, {set("k", "new", 2), set("more", "", 3)});
  change.custom_status = CustomStatusChange{"changed", 1};
  const auto acked = ack_later(world, change);
  const auto value = world.client->ask<Value>(GetValue{"a", "k"});
  const auto all = world.client->ask<Values>(GetValues{"a"});
  const auto status = world.client->ask<Status>(GetStatus{"a"});
  world.run();
  REQUIRE_FALSE(acked.answered());
  CHECK(value.value() == entry("k", "old", 1));
  CHECK(all.value().size() == 1);
  CHECK(status.value().custom_status_version() == 0);
  world.ack(ack_of(turns.b)).value();
  CHECK(acked.answer());
  CHECK(value_of(world, "a", "k") == entry("k", "new", 2));
  CHECK(values_of(world, "a").size() == 2);
  CHECK(world.status("a").custom_status() == "changed");
}

TEST_CASE("a read sees what is in the same commit", "[group_commit][values]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  const auto turns = start_both(world);
  auto read = ack_of(turns.b);
  read.orchestrator_items = {work::ReadKeyValue{"a", "k", ParentLink{"b", 1, 2}}};
  const auto changed = ack_later(world, change_of(turns.a, {set("k", "new", 1)}));
  const auto unseen = world.client->ask<Value>(GetValue{"a", "k"});
  world.run();
  CHECK(unseen.value() == std::nullopt);
  world.ack(read).value();
  CHECK(changed.answer());
  CHECK(world.fetch_one().messages == std::vector<WorkItem>{work::KeyValueRead{"b", 1, 2, "new"}});
}

}  // namespace duroxide::ahead_of_commit_test
