// Rules of the database that only its own tables show, or only its rows can break.

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "conformance/update_steps.hpp"
#include "conformance/work_steps.hpp"
#include "postgres/schema_world.hpp"

namespace duroxide::postgres_rules_test {

using namespace duroxide::provider;
using namespace duroxide::conformance;
using postgres_test::SchemaWorld;

namespace {

/// One message of it fills an answer.
const std::string& full() {
  static const std::string text((std::size_t{16} << 20) + 1, 'x');
  return text;
}

void take_first_turn(World& world, const std::string& id) {
  world.start(id);
  world.ack(ack_of(world.fetch_one(), {started_event()})).value();
}

/// Puts the instance whose turn comes next into quarantine.
void quarantine_next(World& world) {
  REQUIRE(world.ask<Done>(
      *world.dispatcher,
      AbandonOrchestrationItem{world.fetch_one().lock_token, {}, false, {}, "poison"}));
}

constexpr const char* ready_in_quarantine =
    "SELECT count(*) FROM turns WHERE quarantine IS NOT NULL AND ready IS NOT NULL";

}  // namespace

TEST_CASE("of turns that an answer has no room for the messages are not read",
          "[postgres][large]") {
  // All of them are larger than that, and what one takes on its way to the answer is smaller.
  SchemaWorld world("rules", "&options=-c%20temp_file_limit%3D120MB");
  take_first_turn(world, "a");
  take_first_turn(world, "b");
  for (int i = 0; i < 18; ++i) {
    take_first_turn(world, "behind " + std::to_string(i));
  }
  world.enqueue(raise_item("a", "E", full())).value();
  world.tell_database(
      "INSERT INTO inbox SELECT i.number, nextval('places'), x.kind, x.of_execution, x.of_event,"
      " x.keeps, x.made_here, x.item FROM instances i, inbox x WHERE i.number <> x.number;"
      " UPDATE turns SET ready = number");
  for (const auto* id : {"a", "b"}) {
    const Items items = world.fetch(256);
    REQUIRE(items.size() == 1);
    CHECK(items[0].instance == id);
    REQUIRE(items[0].messages.size() == 1);
    CHECK((std::get<work::ExternalRaised>(items[0].messages[0]).data == full()));
    world.ack(ack_of(items[0])).value();
  }
}

TEST_CASE("turns that an answer has no room for come with the next fetch", "[postgres][large]") {
  SchemaWorld world("rules");
  for (const auto* id : {"a", "b", "c"}) {
    take_first_turn(world, id);
  }
  for (const auto* id : {"a", "b", "c"}) {
    world.enqueue(raise_item(id, "E", full())).value();
  }
  for (const auto* id : {"a", "b", "c"}) {
    const Items items = world.fetch(256);
    REQUIRE(items.size() == 1);
    CHECK(items[0].instance == id);
  }
}

TEST_CASE("activities that an answer has no room for come with the next fetch",
          "[postgres][large]") {
  SchemaWorld world("rules");
  world.start("a");
  const auto item = world.fetch_one();
  auto ack = ack_with_calls(item, {{2}, {3}, {4}});
  for (auto& execute : ack.worker_items) {
    execute.input = full();
  }
  world.ack(ack).value();
  for (const std::uint64_t id : {2U, 3U, 4U}) {
    const auto items = world.fetch_work(64);
    REQUIRE(items.size() == 1);
    CHECK(items[0].item.id == id);
  }
}

TEST_CASE("what is in quarantine leaves the queue, and takes no room of those behind it",
          "[postgres][quarantine][large]") {
  SchemaWorld world("rules");
  take_first_turn(world, "a");
  world.raise("a", "E");
  quarantine_next(world);
  world.enqueue(raise_item("a", "E", full())).value();
  REQUIRE(world.ask_database(ready_in_quarantine) == "0");
  world.tell_database("UPDATE turns SET ready = 0 WHERE quarantine IS NOT NULL");
  world.start("b");
  const Items items = world.fetch(2);
  REQUIRE(items.size() == 1);
  CHECK(items[0].instance == "b");
  CHECK(world.ask_database(ready_in_quarantine) == "0");
}

TEST_CASE("who is held still in quarantine waits for a turn only if one was leased",
          "[postgres][quarantine]") {
  SchemaWorld world("rules");
  take_first_turn(world, "a");
  world.raise("a", "E");
  quarantine_next(world);
  const std::string hold_still =
      "SELECT hold_still(NULL, (SELECT array_agg(number) FROM instances))";
  world.tell_database(hold_still);
  CHECK(world.ask_database(ready_in_quarantine) == "0");
  world.enqueue(work::CancelInstance{"a", "enough"}).value();
  world.tell_database("UPDATE turns SET visible_at = NULL");
  REQUIRE(world.fetch_one().messages.size() == 2);
  world.tell_database(hold_still);
  CHECK(world.ask_database(ready_in_quarantine) == "1");
}

TEST_CASE("sessions are bound in the same order by all", "[postgres][sessions][takeover]") {
  SchemaWorld world("rules");
  std::vector<Call> activities;
  std::string expected;
  for (std::uint64_t i = 0; i < 40; ++i) {
    activities.push_back({2 + i, std::nullopt, "s" + std::to_string(10 + (i * 7) % 40)});
    expected += (i == 0 ? "s" : " s") + std::to_string(10 + i);
  }
  schedule(world, activities);
  CHECK(world.fetch_work(64).size() == 40);
  CHECK(world.ask_database("SELECT string_agg(session, ' ' ORDER BY ctid) FROM sessions") ==
        expected);
}

TEST_CASE("an update that is not sent takes no answer away from who waits for it",
          "[postgres][updates]") {
  SchemaWorld world("rules");
  world.start("a");
  world.ack(complete_of(world.fetch_one())).value();
  // Of the last turn, to another process, which has not read it yet.
  world.tell_database(
      "INSERT INTO answers SELECT nextval('places'), number, 'u', created_at, '', NULL, true"
      " FROM instances");
  const auto asked = world.ask<Updated>(*world.client, update("a", "u", 1));
  CHECK(asked.error().kind == ProviderError::Kind::instance_finished);
  CHECK(world.ask_database("SELECT count(*) FROM answers") == "1");
}

}  // namespace duroxide::postgres_rules_test
