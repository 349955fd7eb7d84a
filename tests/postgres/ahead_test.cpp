// What is handed out without a statement that fetches it: turns ahead of their messages, and activities with the
// commit that makes them.

#include <string>

#include <catch2/catch.hpp>

#include "conformance/work_steps.hpp"
#include "postgres/schema_world.hpp"

namespace duroxide::postgres_ahead_test {

using namespace duroxide::provider;
using namespace duroxide::conformance;
using postgres_test::SchemaWorld;

namespace {

using PendingItems = Pending<Answer<Items>>;
using Kind = ProviderError::Kind;

constexpr const char* turn_of_a =
    "SELECT coalesce(t.token, 0) || ' ' || t.attempts || ' ' || cardinality(t.taken)"
    " FROM turns t JOIN instances i USING (number) WHERE i.id = 'a'";

/// As another process would bring it: an event that another instance has.
constexpr const char* event_for_a =
    "INSERT INTO inbox SELECT i.number, nextval('places'), x.kind, x.of_execution, x.of_event,"
    " x.keeps, x.made_here, x.item FROM instances i, inbox x WHERE i.id = 'a';"
    " UPDATE turns t SET ready = nextval('places') FROM instances i"
    " WHERE i.number = t.number AND i.id = 'a'";

/// The instance `a`, kept by the dispatcher, which waits for turns and has found none. An activity of it is
/// handed out.
struct ResidentWorld : SchemaWorld {
  WorkerItem activity;
  PendingItems waiting;

  explicit ResidentWorld(std::uint64_t activities = 1) : SchemaWorld("ahead") {
    // The first fetch has numbers reserved, which turns that go ahead are given.
    waiting = fetch_later();
    start("a");
    auto ack_of_first = ack_of(waiting.value().at(0), {started_event()});
    for (std::uint64_t id = 2; id < 2 + activities; ++id) {
      ack_of_first.worker_items.push_back(conformance::activity(waiting.value().at(0), id));
    }
    ack_of_first.stays_resident = true;
    ack(ack_of_first).value();
    activity = fetch_work(1).at(0);
    waiting = fetch_later();
  }
  [[nodiscard]] const OrchestrationItem& turn() const { return waiting.value().at(0); }
  /// A turn that goes ahead has a number from before the activity was handed out.
  [[nodiscard]] bool is_ahead() const { return turn().lock_token < activity.lock_token; }
};

}  // namespace

TEST_CASE("the turn of who is resident goes ahead of a result, and is leased with it",
          "[postgres][ahead]") {
  ResidentWorld world;
  REQUIRE_FALSE(world.waiting.answered());
  world.complete(world.activity, "done").value();
  REQUIRE(world.waiting.answered());
  CHECK(world.is_ahead());
  CHECK_FALSE(world.turn().history_included);
  CHECK(world.turn().history_size == 1);
  CHECK(world.turn().attempt_count == 1);
  REQUIRE(world.turn().messages.size() == 1);
  CHECK(std::get<work::ActivityCompleted>(world.turn().messages[0]).result == "done");
  CHECK(world.ask_database(turn_of_a) == std::to_string(world.turn().lock_token) + " 1 1");
  world.ack(complete_of(world.turn())).value();
  CHECK(world.status("a").is_completed());
}

TEST_CASE("a turn that has gone ahead is refused if something came before its result",
          "[postgres][ahead]") {
  ResidentWorld world;
  world.start("other");
  world.ack(ack_of(world.turn(), {started_event()})).value();
  world.raise("other", "E");
  (void)world.fetch_one();  // its lease keeps the event in the inbox
  world.waiting = world.fetch_later();
  world.tell_database(event_for_a);
  world.complete(world.activity, "done").value();
  REQUIRE(world.is_ahead());
  CHECK(world.ack(complete_of(world.turn())).error().kind == Kind::invalid_lock_token);
  const auto again = world.fetch_one();
  REQUIRE(again.messages.size() == 2);
  CHECK(std::holds_alternative<work::ExternalRaised>(again.messages[0]));
  CHECK(std::holds_alternative<work::ActivityCompleted>(again.messages[1]));
  world.ack(complete_of(again)).value();
}

TEST_CASE("no turn goes ahead for good while something is paused", "[postgres][ahead][pause]") {
  ResidentWorld world;
  world.tell_database("INSERT INTO paused VALUES ('o', 'Test', 0)");
  world.complete(world.activity, "done").value();
  REQUIRE(world.is_ahead());
  CHECK(world.ack(complete_of(world.turn())).error().kind == Kind::invalid_lock_token);
  CHECK(world.nothing_to_fetch());
  world.tell_database("DELETE FROM paused");
  CHECK(world.fetch_one().messages.size() == 1);
}

TEST_CASE("what its holder has let go of does not go ahead", "[postgres][ahead]") {
  ResidentWorld world;
  world.dispatcher->send(ReleaseInstance{"a"});
  world.complete(world.activity, "done").value();
  REQUIRE(world.waiting.answered());
  CHECK_FALSE(world.is_ahead());
  CHECK(world.turn().history.size() == 1);
}

TEST_CASE("a turn that has gone ahead has all results that have come, and is followed by the next",
          "[postgres][ahead]") {
  ResidentWorld world(3);
  const auto others = world.fetch_work(2);
  REQUIRE(others.size() == 2);
  for (const auto& item : {world.activity, others[0]}) {
    (void)world.worker->ask<Done>(
        AckWorker{item.lock_token, work::ActivityCompleted{"a", 1, item.item.id, ""}});
  }
  world.run();
  REQUIRE(world.turn().messages.size() == 2);
  world.complete(others[1], "").value();
  auto ack = ack_of(world.turn());
  ack.stays_resident = true;
  world.ack(ack).value();
  const auto next = world.fetch_one();
  CHECK(next.messages.size() == 1);
  CHECK_FALSE(next.history_included);
}

TEST_CASE("what a turn that has gone ahead has not taken is kept if it fails",
          "[postgres][ahead][commit_failure]") {
  ResidentWorld world;
  world.complete(world.activity, "done").value();
  REQUIRE(world.is_ahead());
  auto failed = fail_of(world.turn(), "broken");
  failed.untaken = {0};
  world.ack(failed).value();
  CHECK(world.ask_database("SELECT count(*) FROM kept WHERE place > 0") == "1");
}

TEST_CASE("the first turn goes ahead of the start, and is leased with it", "[postgres][ahead]") {
  SchemaWorld world("ahead");
  const auto waiting = world.fetch_later();
  const std::string reserved = world.ask_database("SELECT last_value FROM fences");
  world.start("a");
  REQUIRE(waiting.answered());
  const OrchestrationItem& turn = waiting.value().at(0);
  CHECK(turn.lock_token < std::stoull(reserved));
  CHECK(turn.history_included);
  CHECK(std::get<work::StartOrchestration>(turn.messages.at(0)).instance == "a");
  CHECK(world.ask_database(turn_of_a) == std::to_string(turn.lock_token) + " 1 1");
  world.ack(complete_of(turn)).value();
  CHECK(world.status("a").is_completed());
  CHECK(world.ask_database("SELECT count(*) FROM inbox") == "0");
}

TEST_CASE("the first turn of a start that is refused comes to nothing", "[postgres][ahead]") {
  SchemaWorld world("ahead");
  world.start("a");
  world.ack(complete_of(world.fetch_one(), "first")).value();
  const auto waiting = world.fetch_later();
  CHECK(world.enqueue(start_item("a")).error().kind == Kind::instance_already_exists);
  REQUIRE(waiting.answered());
  CHECK(world.ack(complete_of(waiting.value().at(0), "second")).error().kind ==
        Kind::invalid_lock_token);
  CHECK(world.status("a").output() == "first");
  CHECK(world.nothing_to_fetch());
}

TEST_CASE("a start that an instance may have been started by before does not go ahead",
          "[postgres][ahead]") {
  SchemaWorld world("ahead");
  world.start("a");
  world.ack(complete_of(world.fetch_one())).value();
  const auto waiting = world.fetch_later();
  world.enqueue(start_item("a"), {}, true).value();
  CHECK_FALSE(waiting.answered());
}

TEST_CASE("the first turn of a start in a paused store comes to nothing until that goes on",
          "[postgres][ahead][pause]") {
  SchemaWorld world("ahead");
  const auto waiting = world.fetch_later();
  world.tell_database("INSERT INTO paused VALUES ('s', '', 0)");
  world.start("a");
  REQUIRE(waiting.answered());
  CHECK(world.ack(complete_of(waiting.value().at(0))).error().kind == Kind::invalid_lock_token);
  CHECK(world.status("a").is_running());
  world.tell_database("DELETE FROM paused");
  const auto turn = world.fetch_one();
  CHECK(turn.attempt_count == 1);
  world.ack(complete_of(turn)).value();
}

TEST_CASE("an activity is handed to who waits by the commit that makes it", "[postgres][ahead]") {
  SchemaWorld world("ahead");
  const auto waiting = ask_for_work(world, *world.worker, {}, 1);
  schedule(world, {{2}, {3}});
  REQUIRE(ids_of(waiting) == CallIds{2});
  CHECK(waiting.value()[0].attempt_count == 1);
  CHECK(world.ask_database("SELECT string_agg(event || ' ' || attempts, ',' ORDER BY event)"
                           " FROM work WHERE token IS NOT NULL") == "2 1");
  const auto rest = world.fetch_work(5);
  REQUIRE(rest.size() == 1);
  CHECK(rest[0].item.id == 3);
  world.complete(waiting.value()[0], "done").value();
  CHECK(world.fetch_one().messages.size() == 1);
}

TEST_CASE("an activity is not handed out with its commit while the store is paused",
          "[postgres][ahead][pause]") {
  SchemaWorld world("ahead");
  const auto waiting = ask_for_work(world, *world.worker, {}, 5);
  world.start("a");
  const auto turn = world.fetch_one();
  world.tell_database("INSERT INTO paused VALUES ('s', '', 0)");
  world.ack(ack_with_calls(turn, {{2}})).value();
  CHECK_FALSE(waiting.answered());
  world.tell_database("DELETE FROM paused");
  Partner newcomer = make_partner(world);
  const auto asked = ask_for_work(world, newcomer);  // and so all others are asked for
  CHECK(ids_of(waiting).size() + ids_of(asked).size() == 1);
}

TEST_CASE("who was promised an activity of a turn that is refused is handed another",
          "[postgres][ahead]") {
  SchemaWorld world("ahead");
  const auto waiting = ask_for_work(world, *world.worker, {}, 1);
  world.start("a");
  const auto turn = world.fetch_one();
  world.tell_database("SELECT hold_still(NULL, (SELECT array_agg(number) FROM instances))");
  CHECK(world.ack(ack_with_calls(turn, {{2}})).error().kind == Kind::invalid_lock_token);
  CHECK_FALSE(waiting.answered());
  schedule(world, {{7}}, "b");
  CHECK(ids_of(waiting) == CallIds{7});
}

}  // namespace duroxide::postgres_ahead_test
