// What every provider must do for those who ask an instance for an update and wait for the answer.

#include <catch2/catch.hpp>

#include "conformance/update_steps.hpp"
#include "conformance/values.hpp"

namespace duroxide::conformance_updates_test {

using namespace duroxide::provider;
using namespace duroxide::conformance;
using Kind = ProviderError::Kind;

namespace {

/// Drops the last message that waits for `a`.
void drop_last(World& world) {
  const auto listed =
      world.manage<Answer<std::vector<InstanceMessage>>>(management::ListMessages{"a"}).value();
  REQUIRE_FALSE(listed.empty());
  REQUIRE(world.manage<Done>(management::DropMessage{"a", listed.back().message_id}));
}

/// A request that has arrived.
Pending<Updated> ask(World& world, const AskUpdate& request) {
  auto pending = world.client->ask<Updated>(request);
  world.run();
  return pending;
}

void start_and_take_first_turn(World& world, const std::string& id = "a") {
  world.start(id);
  world.ack(ack_of(world.fetch_one(), {started_event()})).value();
}

}  // namespace

TEST_CASE("an update reaches its instance as a message, and its answer whoever has asked",
          "[conformance][updates]") {
  World world(DUROXIDE_EVERY_STORE);
  start_and_take_first_turn(world);
  const auto first = ask(world, update("a", "u1", 1));
  const auto second = ask(world, update("a", "u2", 2));
  const auto again = world.worker->ask<Updated>(update("a", "u1", 1));
  world.run();
  const auto item = world.fetch_one();
  // Who asks again while another waits brings no second message.
  CHECK(item.messages == std::vector<WorkItem>{work::UpdateRequest{"a", "u1", "Add", "in of u1"},
                                               work::UpdateRequest{"a", "u2", "Add", "in of u2"}});
  CHECK_FALSE(first.answered());
  world.ack(answer_of(item, "u1", "one")).value();
  for (const auto& each : {first, again}) {
    REQUIRE(each.answered());
    REQUIRE(each.value());
    CHECK(each.value()->id == "u1");
    CHECK(each.value()->output == "one");
    CHECK_FALSE(each.value()->error);
  }
  // What one turn has not answered a later one may.
  CHECK_FALSE(second.answered());
  auto refused = ack_of(turn_of(world, "a"));
  refused.updates = {
      UpdateAnswer{"u2", {}, application_error(ErrorKind::orchestration_failed, "no"), true}};
  world.ack(refused).value();
  REQUIRE(second.answered());
  CHECK(second.value()->refused);
  CHECK(second.value()->error->message == "no");
}

TEST_CASE("an update of nobody, or of an instance that has ended, is refused",
          "[conformance][updates][errors]") {
  World world(DUROXIDE_EVERY_STORE);
  CHECK(ask(world, update("a", "u", 1)).error().kind == Kind::instance_not_found);
  start_and_take_first_turn(world);
  const auto kept = ask(world, update("a", "answered", 1));
  const auto lost = ask(world, update("a", "lost", 2));
  auto ack = answer_of(world.fetch_one(), "answered", "out");
  world.ack(ack).value();
  CHECK(kept.value()->output == "out");
  const auto late = ask(world, update("a", "answered", 3));
  world.ack(GENERATE(true, false) ? complete_of(turn_of(world, "a")) : fail_of(turn_of(world, "a")))
      .value();
  REQUIRE(lost.answered());
  CHECK(lost.error().kind == Kind::instance_finished);
  CHECK_FALSE(lost.error().message.empty());
  // What was answered before is found in the history.
  REQUIRE(late.answered());
  CHECK(late.value()->output == "out");
  CHECK(ask(world, update("a", "answered", 4)).value()->output == "out");
  CHECK(ask(world, update("a", "new", 5)).error().kind == Kind::instance_finished);
}

TEST_CASE("an update with a wrong name or id is refused", "[conformance][updates][errors]") {
  World world(DUROXIDE_EVERY_STORE);
  start_and_take_first_turn(world);
  for (const auto& request : {update("a", "", 1), AskUpdate{{"a", "u", "", "in"}, 1}}) {
    const auto refused = ask(world, request);
    REQUIRE(refused.answered());
    CHECK(refused.error().kind == Kind::invalid_input);
    CHECK_FALSE(refused.error().message.empty());
  }
  CHECK(world.nothing_to_fetch());
}

TEST_CASE("an update whose wait is taken back goes its way", "[conformance][updates]") {
  World world(DUROXIDE_EVERY_STORE);
  start_and_take_first_turn(world);
  const auto asked = ask(world, update("a", "u", 7));
  world.client->send(StopWaiting{7});
  world.run();
  REQUIRE(asked.answered());
  CHECK_FALSE(asked.value());
  const auto item = world.fetch_one();
  CHECK(item.messages.size() == 1);
  const auto again = ask(world, update("a", "u", 7));
  world.ack(answer_of(item, "u", "out")).value();
  REQUIRE(again.answered());
  CHECK(again.value()->output == "out");
}

TEST_CASE("who waits for an update learns that its instance was deleted",
          "[conformance][updates][delete][management]") {
  World world(DUROXIDE_EVERY_STORE);
  start_and_take_first_turn(world);
  const auto asked = ask(world, update("a", "u", 1));
  management::DeleteInstances request;
  request.instances = {"a"};
  request.force = true;
  CHECK(world.manage<management::DeleteInstances::Response>(request));
  REQUIRE(asked.answered());
  CHECK(asked.error().kind == Kind::instance_not_found);
}

TEST_CASE("who waits for an update or a query learns that its instance was replaced",
          "[conformance][updates][queries][starts]") {
  World world(DUROXIDE_EVERY_STORE);
  start_and_take_first_turn(world);
  const auto asked = ask(world, update("a", "u", 1));
  const auto looked = world.client->ask<Updated>(AskQuery{"a", {"q", "Total", ""}, 2});
  world.run();
  StartOrFind start;
  start.start.instance = "a";
  start.start.orchestration = "Other";
  start.replace = true;
  REQUIRE(world.ask<Answer<StartedOrFound>>(*world.client, start));
  for (const auto& each : {asked, looked}) {
    REQUIRE(each.answered());
    CHECK(each.error().kind == Kind::instance_not_found);
    CHECK_FALSE(each.error().message.empty());
  }
}

TEST_CASE("updates wait through continue-as-new, and what the instance asks itself is delivered",
          "[conformance][updates][continue-as-new]") {
  World world(DUROXIDE_EVERY_STORE);
  start_and_take_first_turn(world);
  const auto asked = ask(world, update("a", "u", 1));
  auto ack = continue_of(world.fetch_one());
  ack.orchestrator_items.push_back(work::UpdateRequest{"a", "u", "Add", "in of u"});
  world.ack(ack).value();
  CHECK_FALSE(asked.answered());
  const auto item = world.fetch_one();
  REQUIRE(item.messages.size() == 2);
  CHECK(std::holds_alternative<work::ContinueAsNew>(item.messages.front()));
  CHECK(item.messages.back() == WorkItem(work::UpdateRequest{"a", "u", "Add", "in of u"}));
  world.ack(answer_of(item, "u", "out")).value();
  CHECK(asked.value()->output == "out");
}

TEST_CASE("an update that is asked again before its answer comes with one message",
          "[conformance][updates][continue-as-new]") {
  World world(DUROXIDE_EVERY_STORE);
  start_and_take_first_turn(world);
  const auto first = ask(world, update("a", "u", 1));
  const auto item = world.fetch_one();
  // While the turn is under way that answers it and continues as new.
  const auto again = ask(world, update("a", "u", 2));
  const auto other = ask(world, update("a", "v", 3));
  auto ack = continue_of(item);
  ack.updates = {UpdateAnswer{"u", "out"}};
  world.ack(ack).value();
  for (const auto& each : {first, again}) {
    REQUIRE(each.answered());
    CHECK(each.value()->output == "out");
  }
  const auto next = world.fetch_one();
  REQUIRE(next.messages.size() == 2);
  CHECK(next.messages.back() == WorkItem(work::UpdateRequest{"a", "v", "Add", "in of v"}));
  CHECK_FALSE(other.answered());
}

TEST_CASE("an update whose first wait is over is a message again", "[conformance][updates]") {
  World world(DUROXIDE_EVERY_STORE);
  start_and_take_first_turn(world);
  (void)ask(world, update("a", "u", 1));
  world.client->send(StopWaiting{1});
  const auto again = ask(world, update("a", "u", 2));
  const auto item = world.fetch_one();
  CHECK(item.messages.size() == 2);
  world.ack(answer_of(item, "u", "out")).value();
  CHECK(again.value()->output == "out");
}

TEST_CASE("an update that was dropped may be sent again under its id",
          "[conformance][updates][messages][management]") {
  World world(DUROXIDE_EVERY_STORE);
  start_and_take_first_turn(world);
  const auto first = ask(world, update("a", "u", 1));
  drop_last(world);
  REQUIRE(first.answered());
  CHECK(first.value()->error.has_value());
  const auto again = ask(world, update("a", "u", 2));
  // Something else happens to the instance, so the store looks what there is for those who wait.
  const auto other = ask(world, update("a", "v", 3));
  drop_last(world);
  CHECK(other.answered());
  CHECK_FALSE(again.answered());
  world.ack(answer_of(world.fetch_one(), "u", "out")).value();
  REQUIRE(again.answered());
  CHECK_FALSE(again.value()->error.has_value());
  CHECK(again.value()->output == "out");
}

// --- queries --------------------------------------------------------------------------------------

TEST_CASE("a query makes a turn of its own, which leaves no trace",
          "[conformance][queries][management]") {
  World world(DUROXIDE_EVERY_STORE);
  start_and_take_first_turn(world);
  const auto before = world.status("a");
  const auto asked = query(world, "a", "q1", 1);
  world.clock->advance(Milliseconds(1000));
  const auto item = world.fetch_one();
  CHECK(item.messages.empty());
  REQUIRE(item.questions.size() == 1);
  CHECK(item.questions.front().name == "Total");
  CHECK(item.questions.front().input == "in");
  CHECK(item.history.size() == 1);
  CHECK(item.attempt_count == 1);
  world.ack(told_of(item, "out")).value();
  REQUIRE(asked.answered());
  CHECK(asked.value()->output == "out");
  CHECK(world.history("a").size() == 1);
  CHECK(world.nothing_to_fetch());
  InstanceInfo info =
      world.manage<management::GetInstanceInfo::Response>(management::GetInstanceInfo{"a"}).value();
  CHECK(info.updated_at < world.clock->now());
  CHECK(before.is_running());
}

TEST_CASE("a query goes along with a turn that comes anyway, and stays until it is answered",
          "[conformance][queries]") {
  World world(DUROXIDE_EVERY_STORE);
  start_and_take_first_turn(world);
  world.raise("a", "Go");
  const auto asked = query(world, "a", "q1", 1);
  auto item = world.fetch_one();
  CHECK(item.messages.size() == 1);
  CHECK(item.questions.size() == 1);
  // Another comes while the turn is under way, and this one answers none.
  const auto late = query(world, "a", "q2", 2);
  world.ack(ack_of(item)).value();
  CHECK_FALSE(asked.answered());
  item = world.fetch_one();
  CHECK(item.messages.empty());
  REQUIRE(item.questions.size() == 2);
  world.ack(told_of(item, "both")).value();
  CHECK(asked.value()->output == "both");
  CHECK(late.value()->output == "both");
}

TEST_CASE("a resident is asked without its history, and may leave with a query",
          "[conformance][queries][residency]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  auto ack = ack_of(world.fetch_one(), {started_event()});
  ack.stays_resident = true;
  world.ack(ack).value();
  const auto first = query(world, "a", "q1", 1);
  auto item = world.fetch_one();
  CHECK_FALSE(item.history_included);
  CHECK(item.history_size == 1);
  world.ack(told_of(item, "one")).value();
  CHECK(first.value()->output == "one");
  const auto second = query(world, "a", "q2", 2);
  item = world.fetch_one();
  CHECK(item.history_included);
  // Given back, it comes again, and is not counted.
  world.abandon(item.lock_token).value();
  item = world.fetch_one();
  CHECK(item.attempt_count == 1);
  world.ack(told_of(item, "two")).value();
  CHECK(second.value()->output == "two");
}

TEST_CASE("a query of nobody, of an instance that has ended or ends, is refused",
          "[conformance][queries][errors]") {
  World world(DUROXIDE_EVERY_STORE);
  CHECK(query(world, "a", "q", 1).error().kind == Kind::instance_not_found);
  world.start("a");
  // It waits for the first turn.
  const auto early = query(world, "a", "early", 1);
  auto item = world.fetch_one();
  CHECK(item.questions.size() == 1);
  world.ack(told_of(item, "begun")).value();
  CHECK(early.value()->output == "begun");
  const auto asked = query(world, "a", "q", 1);
  item = turn_of(world, "a");
  world.ack(complete_of(item)).value();
  REQUIRE(asked.answered());
  CHECK(asked.error().kind == Kind::instance_finished);
  CHECK(asked.error().operation == "query");
  CHECK_FALSE(asked.error().message.empty());
  CHECK(query(world, "a", "q", 1).error().kind == Kind::instance_finished);
}

TEST_CASE("a query that is taken back brings about no turn", "[conformance][queries]") {
  World world(DUROXIDE_EVERY_STORE);
  start_and_take_first_turn(world);
  const auto asked = query(world, "a", "q", 1);
  world.client->send(StopWaiting{1});
  world.run();
  REQUIRE(asked.answered());
  CHECK_FALSE(asked.value());
  CHECK(world.nothing_to_fetch());
}

}  // namespace duroxide::conformance_updates_test
