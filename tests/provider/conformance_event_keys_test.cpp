// What every provider must do with an event, or a message for a queue, that has a key: deliver it once,
// however often it is sent.

#include <catch2/catch.hpp>

#include "engine/event_keys.hpp"
#include "engine/options.hpp"
#include "provider/acting_steps.hpp"
#include "provider/damaged.hpp"
#include "provider/faulty_world.hpp"

namespace duroxide::conformance_event_keys_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using Catch::Contains;
using Kind = ProviderError::Kind;
using storage::Table;

namespace {

EnqueueOrchestratorWork keyed(const std::string& key, const std::string& data = "450",
                              const std::string& name = "Paid") {
  EnqueueOrchestratorWork request;
  request.item = raise_item("a", name, data);
  request.key = key;
  return request;
}

EnqueueOrchestratorWork keyed_message(const std::string& key, const std::string& data = "450",
                                      const std::string& queue = "Paid") {
  EnqueueOrchestratorWork request;
  request.item = work::QueueMessage{"a", queue, data};
  request.key = key;
  return request;
}

Done send(World& world, const EnqueueOrchestratorWork& request) {
  return world.ask<Done>(*world.client, request);
}

/// The messages that the next turn of `a` gets.
std::vector<WorkItem> delivered(World& world) {
  const auto item = world.fetch_one();
  world.ack(ack_of(item)).value();
  return item.messages;
}

void start_and_take_first_turn(World& world) {
  world.start("a");
  world.ack(ack_of(world.fetch_one(), {started_event()})).value();
}

}  // namespace

TEST_CASE("an event with a key is delivered once, however often it is sent",
          "[conformance][events]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  start_and_take_first_turn(world);
  // In one commit, and in another; while it waits, and when it was taken.
  const auto first = world.client->ask<Done>(keyed("p-1"));
  const auto second = world.worker->ask<Done>(keyed("p-1"));
  world.run();
  CHECK(first.answer());
  CHECK(second.answer());
  CHECK(send(world, keyed("p-1")));
  CHECK(delivered(world) == std::vector<WorkItem>{raise_item("a", "Paid", "450")});
  CHECK(send(world, keyed("p-1")));
  CHECK(world.nothing_to_fetch());
  // Another key, and none, are other events.
  CHECK(send(world, keyed("p-2")));
  world.raise("a", "Paid");
  CHECK(delivered(world).size() == 2);
}

TEST_CASE("an event that was sent before counts as sent, also if its instance has ended",
          "[conformance][events]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  start_and_take_first_turn(world);
  REQUIRE(send(world, keyed("p-1")));
  world.ack(continue_of(world.fetch_one())).value();
  CHECK(send(world, keyed("p-1")));
  const auto next = world.fetch_one();
  CHECK(next.messages.size() == 1);  // it continues as new, and nothing else
  world.ack(complete_of(next)).value();
  CHECK(send(world, keyed("p-1")));
  CHECK(send(world, keyed("p-2")).error().kind == Kind::instance_finished);
  CHECK(send(world, keyed("p-1", "450", "Other")).error().kind == Kind::invalid_input);
  REQUIRE(delete_now(world, {"a"}));
  CHECK(send(world, keyed("p-1")).error().kind == Kind::instance_not_found);
  start_and_take_first_turn(world);  // another instance of that id has keys of its own
  CHECK(send(world, keyed("p-1")));
  CHECK(delivered(world).size() == 1);
}

TEST_CASE("a key that another event has had is refused, and so is one that cannot be a key",
          "[conformance][events][errors]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  start_and_take_first_turn(world);
  REQUIRE(send(world, keyed("p-1")));
  const auto other = GENERATE(keyed("p-1", "451"), keyed("p-1", "450", "Refunded"));
  const auto refused = send(world, other);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == Kind::invalid_input);
  CHECK_THAT(refused.error().message, Contains("`a`") && Contains("`p-1`"));
  CHECK(send(world, keyed("")).error().kind == Kind::invalid_input);
  CHECK(send(world, keyed(std::string(256, 'k'))).error().kind == Kind::invalid_input);
  EnqueueOrchestratorWork no_event;
  no_event.key = "k";
  no_event.item = GENERATE(WorkItem(work::CancelInstance{"a", "why"}), start_item("b"));
  CHECK(send(world, no_event).error().kind == Kind::invalid_input);
  CHECK(delivered(world).size() == 1);
}

TEST_CASE("a message for a queue with a key is delivered once, and is never taken for an event",
          "[conformance][queues][events]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  start_and_take_first_turn(world);
  REQUIRE(send(world, keyed_message("m-1")));
  CHECK(send(world, keyed_message("m-1")));
  CHECK(delivered(world) == std::vector<WorkItem>{work::QueueMessage{"a", "Paid", "450"}});
  CHECK(send(world, keyed_message("m-1")));
  CHECK(world.nothing_to_fetch());
  // Other data, another queue, and an event of the same name and data are something else.
  const auto other = GENERATE(keyed_message("m-1", "451"), keyed_message("m-1", "450", "Refunded"),
                              keyed("m-1"));
  const auto refused = send(world, other);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == Kind::invalid_input);
  CHECK_THAT(refused.error().message, Contains("`a`") && Contains("`m-1`"));
  // So it is the other way round.
  REQUIRE(send(world, keyed("p-1")));
  CHECK(send(world, keyed_message("p-1")).error().kind == Kind::invalid_input);
  CHECK(delivered(world).size() == 1);
  world.raise("a", "Go");
  world.ack(complete_of(world.fetch_one())).value();
  CHECK(send(world, keyed_message("m-1")));
  CHECK(send(world, keyed_message("m-2")).error().kind == Kind::instance_finished);
}

TEST_CASE("an event that finds no room leaves its key to the next", "[events][errors]") {
  FaultyWorld faulty;
  start_and_take_first_turn(faulty.world);
  faulty.kv->room = 0;
  CHECK(send(faulty.world, keyed("p-1")).error().kind == Kind::disk_full);
  CHECK(faulty.kv->snapshot()->count(Table::event_keys) == 0);
  faulty.kv->room = FaultyKv::endless;
  CHECK(send(faulty.world, keyed("p-1", "451")));
  CHECK(delivered(faulty.world) == std::vector<WorkItem>{raise_item("a", "Paid", "451")});
}

TEST_CASE("an event with a key and a delay is known from its sending on",
          "[conformance][events][timers]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  start_and_take_first_turn(world);
  auto later = keyed("p-1");
  later.delay = 1s;
  REQUIRE(send(world, later));
  CHECK(send(world, keyed("p-1")));
  CHECK(world.nothing_to_fetch());
}

TEST_CASE("of the keys of events the oldest are forgotten", "[conformance][events]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  start_and_take_first_turn(world);
  const std::uint64_t most = storage::EngineOptions().most_event_keys;
  for (std::uint64_t i = 0; i <= most; ++i) {
    (void)world.client->ask<Done>(keyed("p-" + std::to_string(i)));
  }
  world.run();
  CHECK(delivered(world).size() == most + 1);
  CHECK(send(world, keyed("p-1")));
  CHECK(send(world, keyed("p-" + std::to_string(most))));
  CHECK(world.nothing_to_fetch());
  CHECK(send(world, keyed("p-0", "another")));
  CHECK(delivered(world).size() == 1);
}

TEST_CASE("the key of an event is known after a restart", "[reopen][events][restart]") {
  auto first = std::make_unique<FaultyWorld>();
  const auto kv = first->kv;
  start_and_take_first_turn(first->world);
  REQUIRE(send(first->world, keyed("p-1")));
  CHECK(delivered(first->world).size() == 1);
  first.reset();
  FaultyWorld second(kv);
  CHECK(send(second.world, keyed("p-1")));
  CHECK(second.world.nothing_to_fetch());
  CHECK(send(second.world, keyed("p-1", "451")).error().kind == Kind::invalid_input);
}

TEST_CASE("what is deleted leaves no key of an event", "[delete][events]") {
  FaultyWorld faulty;
  start_and_take_first_turn(faulty.world);
  REQUIRE(send(faulty.world, keyed("p-1")));
  CHECK(faulty.kv->snapshot()->count(Table::event_keys) == 3);
  REQUIRE(delete_now(faulty.world, {"a"}, true));
  CHECK(faulty.kv->snapshot()->count(Table::event_keys) == 0);
}

TEST_CASE("rows of keys of events that make no sense are found", "[verify][events]") {
  Damaged damaged;
  SECTION("of no kind") {
    damaged.plant(Table::event_keys, storage::make_key(busy) + "x", "");
    damaged.finds(Table::event_keys, storage::make_key(busy) + "x", "neither that of a message", "");
  }
  SECTION("of nobody") {
    damaged.plant(Table::event_keys, storage::event_key_row(nobody, "k"), storage::make_key(one));
    damaged.finds(Table::event_keys, storage::event_key_row(nobody, "k"), "which there is not", "");
  }
  SECTION("with what is no number") {
    damaged.plant(Table::event_keys, storage::event_key_row(busy, "k"), "x");
    damaged.finds(Table::event_keys, storage::event_key_row(busy, "k"), "1 bytes instead of 8");
  }
  SECTION("of a key that is not there") {
    damaged.plant(Table::event_keys, storage::event_key_slot(busy, 0), "k");
    damaged.finds(Table::event_keys, storage::event_key_slot(busy, 0), "that is not there");
  }
}

}  // namespace duroxide::conformance_event_keys_test
