// The keys of events in the tables: when they are written, forgotten and deleted, and damage in them.

#include <catch2/catch.hpp>

#include "conformance/keyed_steps.hpp"
#include "engine/event_keys.hpp"
#include "engine/options.hpp"
#include "provider/acting_steps.hpp"
#include "provider/damaged.hpp"
#include "provider/faulty_world.hpp"

namespace duroxide::event_key_rows_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using Kind = ProviderError::Kind;
using storage::Table;

TEST_CASE("an event that finds no room leaves its key to the next", "[events][errors]") {
  FaultyWorld faulty;
  begin_a(faulty.world);
  faulty.kv->room = 0;
  CHECK(send_keyed(faulty.world, keyed("p-1")).error().kind == Kind::disk_full);
  CHECK(faulty.kv->snapshot()->count(Table::event_keys) == 0);
  faulty.kv->room = FaultyKv::endless;
  CHECK(send_keyed(faulty.world, keyed("p-1", "451")));
  CHECK(next_messages(faulty.world) == std::vector<WorkItem>{raise_item("a", "Paid", "451")});
}

TEST_CASE("of the keys of events the oldest are forgotten", "[events]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  begin_a(world);
  const std::uint64_t most = storage::EngineOptions().most_event_keys;
  for (std::uint64_t i = 0; i <= most; ++i) {
    (void)world.client->ask<Done>(keyed("p-" + std::to_string(i)));
  }
  world.run();
  CHECK(next_messages(world).size() == most + 1);
  CHECK(send_keyed(world, keyed("p-1")));
  CHECK(send_keyed(world, keyed("p-" + std::to_string(most))));
  CHECK(world.nothing_to_fetch());
  CHECK(send_keyed(world, keyed("p-0", "another")));
  CHECK(next_messages(world).size() == 1);
}

TEST_CASE("the key of an event is known after a restart", "[reopen][events][restart]") {
  auto first = std::make_unique<FaultyWorld>();
  const auto kv = first->kv;
  begin_a(first->world);
  REQUIRE(send_keyed(first->world, keyed("p-1")));
  CHECK(next_messages(first->world).size() == 1);
  first.reset();
  FaultyWorld second(kv);
  CHECK(send_keyed(second.world, keyed("p-1")));
  CHECK(second.world.nothing_to_fetch());
  CHECK(send_keyed(second.world, keyed("p-1", "451")).error().kind == Kind::invalid_input);
}

TEST_CASE("what is deleted leaves no key of an event", "[delete][events]") {
  FaultyWorld faulty;
  begin_a(faulty.world);
  REQUIRE(send_keyed(faulty.world, keyed("p-1")));
  CHECK(faulty.kv->snapshot()->count(Table::event_keys) == 3);
  REQUIRE(delete_now(faulty.world, {"a"}, true));
  CHECK(faulty.kv->snapshot()->count(Table::event_keys) == 0);
}

TEST_CASE("rows of keys of events that make no sense are found", "[verify][events]") {
  Damaged damaged;
  SECTION("of no kind") {
    damaged.plant(Table::event_keys, storage::make_key(busy) + "x", "");
    damaged.finds(Table::event_keys, storage::make_key(busy) + "x", "neither that of a message",
                  "");
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

}  // namespace duroxide::event_key_rows_test
