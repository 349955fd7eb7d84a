// What every provider must do with a start that brings an event or an update along: both in one commit, or
// nothing.

#include <catch2/catch.hpp>

#include "conformance/acting_steps.hpp"
#include "conformance/values.hpp"
#include "conformance/world.hpp"

namespace duroxide::conformance_start_with_test {

using namespace duroxide::provider;
using namespace duroxide::conformance;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;
using Asked = Answer<StartedAndAnswered>;

namespace {

StartOrFind start_of(const std::string& input = "tea") {
  StartOrFind start;
  start.start.instance = "a";
  start.start.orchestration = "Order";
  start.start.input = input;
  return start;
}

StartAndRaise with_event(const StartOrFind& start = start_of()) {
  return StartAndRaise{start, {"a", "Paid", "450"}};
}

StartAndAsk with_update(const std::string& id, std::uint64_t wait_id,
                        const StartOrFind& start = start_of()) {
  return StartAndAsk{start, {"a", id, "Add", "1"}, wait_id};
}

Answer<StartedOrFound> raise(World& world, const StartAndRaise& request) {
  return world.ask<Answer<StartedOrFound>>(*world.client, request);
}

Pending<Asked> ask(World& world, const StartAndAsk& request) {
  auto pending = world.client->ask<Asked>(request);
  world.run();
  return pending;
}

const WorkItem paid = work::ExternalRaised{"a", "Paid", "450"};

/// An ack that answers an update, and records it.
AckOrchestrationItem answer_of(const OrchestrationItem& item, const std::string& id) {
  Event received;
  received.kind = event::UpdateReceived{id, "Add", "1"};
  Event answered;
  answered.kind = event::UpdateAnswered{id, "out of " + id};
  std::vector<Event> events{received, answered};
  if (item.history_size == 0) {
    events.insert(events.begin(), started_event("Order"));
  }
  auto ack = ack_of(item, std::move(events));
  ack.updates = {UpdateAnswer{id, "out of " + id}};
  return ack;
}

}  // namespace

TEST_CASE("a start with an event starts once, and brings each event",
          "[conformance][starts][events]") {
  World world(DUROXIDE_EVERY_STORE);
  const auto first = world.client->ask<Answer<StartedOrFound>>(with_event());
  const auto second = world.worker->ask<Answer<StartedOrFound>>(with_event());
  world.run();
  CHECK(first.value().created);
  CHECK_FALSE(second.value().created);
  const auto item = world.fetch_one();
  REQUIRE(item.messages.size() == 3);
  CHECK(std::get<work::StartOrchestration>(item.messages.at(0)).input == "tea");
  CHECK(item.messages.at(1) == paid);
  CHECK(item.messages.at(2) == paid);
  world.ack(ack_of(item, {started_event("Order")})).value();
  CHECK_FALSE(raise(world, with_event()).value().created);
  CHECK(world.fetch_one().messages == std::vector<WorkItem>{paid});
}

TEST_CASE("a start with an event that has a key brings it once", "[conformance][starts][events]") {
  World world(DUROXIDE_EVERY_STORE);
  auto request = with_event();
  request.key = "p-1";
  CHECK(raise(world, request).value().created);
  CHECK_FALSE(raise(world, request).value().created);
  CHECK(world.fetch_one().messages.size() == 2);
  request.event.data = "451";
  CHECK(raise(world, request).error().kind == Kind::invalid_input);
}

TEST_CASE("of a start with an event nothing is done if one of both is refused",
          "[conformance][starts][events][errors]") {
  World world(DUROXIDE_EVERY_STORE);
  auto request = with_event();
  request.event.name = GENERATE("", "Paid");
  request.event.instance = request.event.name.empty() ? "a" : "b";
  CHECK(raise(world, request).error().kind == Kind::invalid_input);
  CHECK(world.status("a").is_not_found());
  CHECK(world.nothing_to_fetch());

  auto only_new = start_of();
  only_new.only_new = true;
  CHECK(raise(world, with_event(only_new)).value().created);
  CHECK(raise(world, with_event(only_new)).error().kind == Kind::instance_already_exists);
  auto same_input = start_of("coffee");
  same_input.same_input = true;
  CHECK(raise(world, with_event(same_input)).error().kind == Kind::instance_already_exists);
  const auto item = world.fetch_one();
  CHECK(item.messages.size() == 2);
  world.ack(complete_of(item)).value();
  CHECK(raise(world, with_event()).error().kind == Kind::instance_finished);
}

TEST_CASE("a start with an event in the place of an instance brings it to the new one",
          "[conformance][starts][events]") {
  World world(DUROXIDE_EVERY_STORE);
  CHECK(raise(world, with_event()).value().created);
  if (GENERATE(true, false)) {
    world.ack(complete_of(world.fetch_one())).value();
  }
  auto replace = start_of("coffee");
  replace.replace = true;
  const auto replaced = raise(world, with_event(replace));
  CHECK(replaced.value().created);
  CHECK(replaced.value().replaced);
  const auto item = world.fetch_one();
  REQUIRE(item.messages.size() == 2);
  CHECK(std::get<work::StartOrchestration>(item.messages.at(0)).input == "coffee");
  CHECK(item.messages.at(1) == paid);
  // What cannot be sent to the new one leaves the old one as it is.
  auto wrong = with_event(replace);
  wrong.event.name.clear();
  CHECK(raise(world, wrong).error().kind == Kind::invalid_input);
  CHECK(world.ack(ack_of(item, {started_event("Order")})));
}

TEST_CASE("an event waits for a start that is delayed", "[conformance][starts][events][timers]") {
  World world(DUROXIDE_EVERY_STORE);
  auto later = start_of();
  later.delay = 1s;
  CHECK(raise(world, with_event(later)).value().created);
  CHECK(world.nothing_to_fetch());
  world.clock->advance(1s);
  const auto due = world.due().value();
  REQUIRE(due.lock_tokens.size() == 1);
  REQUIRE(world.ask<Done>(*world.timers, AckTimer{due.lock_tokens}));
  CHECK(world.fetch_one().messages.size() == 2);
}

TEST_CASE("a start with an update tells what was started, and what was answered",
          "[conformance][starts][updates]") {
  World world(DUROXIDE_EVERY_STORE);
  const auto first = ask(world, with_update("u1", 1));
  const auto second = ask(world, with_update("u2", 2));
  CHECK_FALSE(first.answered());
  const auto item = world.fetch_one();
  REQUIRE(item.messages.size() == 3);
  CHECK(item.messages.at(1) == WorkItem(work::UpdateRequest{"a", "u1", "Add", "1"}));
  world.ack(answer_of(item, "u1")).value();
  REQUIRE(first.answered());
  CHECK(first.value().started.created);
  REQUIRE(first.value().answer);
  CHECK(first.value().answer->output == "out of u1");
  CHECK_FALSE(first.value().error);
  // Of the instance that ends nobody gets an answer, but the start was found.
  world.ack(complete_of(turn_of(world, "a"))).value();
  REQUIRE(second.answered());
  CHECK_FALSE(second.value().started.created);
  CHECK_FALSE(second.value().answer);
  REQUIRE(second.value().error);
  CHECK(second.value().error->kind == Kind::instance_finished);
  // What it has answered before is found.
  const auto again = ask(world, with_update("u1", 3));
  CHECK_FALSE(again.value().started.created);
  CHECK(again.value().answer->output == "out of u1");
  CHECK(ask(world, with_update("u3", 4)).error().kind == Kind::instance_finished);
}

TEST_CASE("of a start with an update nothing is done if one of both is refused",
          "[conformance][starts][updates][errors]") {
  World world(DUROXIDE_EVERY_STORE);
  CHECK(ask(world, with_update("", 1)).error().kind == Kind::invalid_input);
  auto elsewhere = with_update("u", 2);
  elsewhere.request.instance = "b";
  CHECK(ask(world, elsewhere).error().kind == Kind::invalid_input);
  CHECK(world.status("a").is_not_found());
  auto only_new = start_of();
  only_new.only_new = true;
  const auto first = ask(world, with_update("u", 3, only_new));
  CHECK(ask(world, with_update("u", 4, only_new)).error().kind == Kind::instance_already_exists);
  CHECK(world.fetch_one().messages.size() == 2);
  CHECK_FALSE(first.answered());
}

TEST_CASE("a start with an update whose wait is taken back is answered after its commit",
          "[conformance][starts][updates]") {
  World world(DUROXIDE_EVERY_STORE);
  const auto asked = world.client->ask<Asked>(with_update("u", 7));
  world.client->send(StopWaiting{7});
  world.run();
  REQUIRE(asked.answered());
  CHECK(asked.value().started.created);
  CHECK_FALSE(asked.value().answer);
  CHECK_FALSE(asked.value().error);
  CHECK(world.fetch_one().messages.size() == 2);
}

TEST_CASE("a start with an update of an instance that is deleted is told so",
          "[conformance][starts][updates][management]") {
  World world(DUROXIDE_EVERY_STORE);
  const auto asked = ask(world, with_update("u", 1));
  REQUIRE(delete_now(world, {"a"}, true));
  REQUIRE(asked.answered());
  CHECK(asked.value().started.created);
  REQUIRE(asked.value().error);
  CHECK(asked.value().error->kind == Kind::instance_not_found);
}

}  // namespace duroxide::conformance_start_with_test
