// What a store that keeps anything must have when it is opened again.

#include <cstdint>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "conformance/keyed_steps.hpp"
#include "conformance/values.hpp"
#include "conformance/work_steps.hpp"
#include "conformance/world.hpp"

namespace duroxide::conformance_opened_again_test {

using namespace duroxide::provider;
using namespace duroxide::conformance;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;

TEST_CASE("what was acknowledged is there when the store is opened again",
          "[conformance][reopen][restart]") {
  World world(DUROXIDE_EVERY_STORE);
  if (!world.keeps()) {
    return;
  }
  world.start("a");
  auto first = change_of(world.fetch_one(), {set("k", "v", 1)});
  first.custom_status = CustomStatusChange{"half", 1};
  world.ack(first).value();
  world.start("b");
  world.ack(complete_of(world.fetch_one(), "out")).value();
  const auto history = world.history("a");
  world.reopen();
  CHECK(world.history("a") == history);
  CHECK(world.status("a").is_running());
  CHECK(world.status("a").custom_status() == "half");
  CHECK(value_of(world, "a", "k") == entry("k", "v", 1));
  CHECK(world.status("b").output() == "out");
  CHECK(world.enqueue(start_item("b")).error().kind == Kind::instance_already_exists);
  CHECK(world.nothing_to_fetch());
}

TEST_CASE("messages that were not taken are handed out when the store is opened again, in order",
          "[conformance][reopen][messages]") {
  World world(DUROXIDE_EVERY_STORE);
  if (!world.keeps()) {
    return;
  }
  world.start("a");
  world.ack(ack_of(world.fetch_one())).value();
  world.raise("a", "First");
  world.raise("a", "Second");
  const auto leased = world.fetch_one();  // and never acknowledged
  world.reopen();
  CHECK(world.ack(ack_of(leased)).error().kind == Kind::invalid_lock_token);
  const auto again = world.fetch_one();
  CHECK(again.messages == leased.messages);
  CHECK(again.history_included);
  CHECK(again.history == leased.history);
  CHECK(again.lock_token != leased.lock_token);
  world.ack(ack_of(again)).value();
  CHECK(world.nothing_to_fetch());
}

TEST_CASE("activities that have not ended are handed out when the store is opened again",
          "[conformance][reopen][activities]") {
  World world(DUROXIDE_EVERY_STORE);
  if (!world.keeps()) {
    return;
  }
  schedule(world, {{2}, {3}});
  const auto items = ask_for_work(world, *world.worker).value();
  REQUIRE(items.size() == 2);
  REQUIRE(world.complete(items.at(0), "done"));
  world.reopen();
  CHECK(world.complete(items.at(1), "late").error().kind == Kind::invalid_lock_token);
  CHECK(ids_of(ask_for_work(world, *world.worker)) == CallIds{3});
  const auto turn = world.fetch_one();
  REQUIRE(turn.messages.size() == 1);
  CHECK(std::get<work::ActivityCompleted>(turn.messages.at(0)).result == "done");
}

TEST_CASE("timers and delayed messages come at their time when the store is opened again",
          "[conformance][reopen][timers]") {
  World world(DUROXIDE_EVERY_STORE);
  if (!world.keeps()) {
    return;
  }
  world.start("a");
  const auto item = world.fetch_one();
  auto ack = ack_of(item);
  const Timestamp fire_at = world.clock->now() + 1s;
  ack.timers = {timer(item, 2, fire_at)};
  world.ack(ack).value();
  REQUIRE(world.enqueue(raise_item("a", "Later"), 2s));
  world.reopen();
  CHECK(world.nothing_to_fetch());
  world.clock->advance(1s);
  const auto first = world.due().value();
  REQUIRE(first.lock_tokens.size() == 1);
  REQUIRE(world.ask<Done>(*world.timers, AckTimer{first.lock_tokens}));
  const auto turn = world.fetch_one();
  CHECK(turn.messages == std::vector<WorkItem>{timer(item, 2, fire_at)});
  world.ack(ack_of(turn)).value();
  world.clock->advance(1s);
  const auto second = world.due().value();
  REQUIRE(second.lock_tokens.size() == 1);
  REQUIRE(world.ask<Done>(*world.timers, AckTimer{second.lock_tokens}));
  CHECK(world.fetch_one().messages == std::vector<WorkItem>{raise_item("a", "Later")});
}

TEST_CASE("a key is known when the store is opened again",
          "[conformance][reopen][events][queues]") {
  World world(DUROXIDE_EVERY_STORE);
  if (!world.keeps()) {
    return;
  }
  const bool is_event = GENERATE(true, false);
  const auto sent = [is_event](const std::string& data) {
    return is_event ? keyed("p-1", data) : keyed_message("p-1", data);
  };
  begin_a(world);
  REQUIRE(send_keyed(world, sent("450")));
  CHECK(next_messages(world).size() == 1);
  world.reopen();
  CHECK(send_keyed(world, sent("450")));
  CHECK(world.nothing_to_fetch());
  CHECK(send_keyed(world, sent("451")).error().kind == Kind::invalid_input);
}

TEST_CASE("what an instance was started with is known when the store is opened again",
          "[conformance][reopen][starts]") {
  World world(DUROXIDE_EVERY_STORE);
  if (!world.keeps()) {
    return;
  }
  StartOrFind request;
  request.start.instance = "a";
  request.start.orchestration = "Order";
  request.start.input = "tea";
  request.same_input = true;
  using Started = Answer<StartedOrFound>;
  CHECK(world.ask<Started>(*world.client, request).value().created);
  world.reopen();
  CHECK_FALSE(world.ask<Started>(*world.client, request).value().created);
  request.start.input = "coffee";
  CHECK(world.ask<Started>(*world.client, request).error().kind == Kind::instance_already_exists);
}

TEST_CASE("what is in quarantine is there when the store is opened again",
          "[conformance][reopen][quarantine]") {
  World world(DUROXIDE_EVERY_STORE);
  if (!world.keeps()) {
    return;
  }
  schedule(world, {{2}});
  REQUIRE(abandon_work(world, world.fetch_work().at(0).lock_token, {}, {}, "poison"));
  world.start("b");
  REQUIRE(world.ask<Done>(
      *world.dispatcher,
      AbandonOrchestrationItem{world.fetch_one().lock_token, {}, false, {}, "poison"}));
  world.reopen();
  CHECK(world.nothing_to_fetch());
  auto other = make_partner(world);
  CHECK_FALSE(ask_for_work(world, other).answered());
  other.die();
  world.run();
  for (const char* id : {"a", "b"}) {
    CHECK(world.ask<Answer<std::uint64_t>>(*world.client, ReleaseFromQuarantine{id}).value() == 1);
  }
  CHECK(world.fetch_one().instance == "b");
  CHECK(ids_of(ask_for_work(world, *world.worker)) == CallIds{2});
}

TEST_CASE("who waits for the end of an instance is told of it when the store is opened again",
          "[conformance][reopen][awaited]") {
  World world(DUROXIDE_EVERY_STORE);
  if (!world.keeps()) {
    return;
  }
  world.start("other");
  world.ack(ack_of(world.fetch_one(), {started_event()})).value();
  world.start("a");
  auto ack =
      ack_of(world.fetch_one(),
             {started_event(), Event{0, 0, from_milliseconds(7), event::InstanceAwaited{"other"}}});
  ack.orchestrator_items = {work::AwaitInstance{"other", ParentLink{"a", 1, 2}}};
  world.ack(ack).value();
  world.reopen();
  CHECK(world.nothing_to_fetch());
  world.ack(complete_of(turn_of(world, "other"), "tea")).value();
  CHECK(world.fetch_one().messages ==
        std::vector<WorkItem>{work::AwaitedCompleted{"a", 1, 2, "tea"}});
}

}  // namespace duroxide::conformance_opened_again_test
