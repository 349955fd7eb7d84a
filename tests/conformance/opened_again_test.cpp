// What a store that keeps anything must have when it is opened again.

#include <catch2/catch.hpp>

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

TEST_CASE("a key is known when the store is opened again", "[conformance][reopen][events]") {
  World world(DUROXIDE_EVERY_STORE);
  if (!world.keeps()) {
    return;
  }
  EnqueueOrchestratorWork keyed;
  keyed.item = raise_item("a", "Paid", "450");
  keyed.key = "p-1";
  world.start("a");
  REQUIRE(world.ask<Done>(*world.client, keyed));
  world.ack(ack_of(world.fetch_one())).value();
  world.reopen();
  CHECK(world.ask<Done>(*world.client, keyed));
  CHECK(world.nothing_to_fetch());
  keyed.item = raise_item("a", "Paid", "451");
  CHECK(world.ask<Done>(*world.client, keyed).error().kind == Kind::invalid_input);
}

}  // namespace duroxide::conformance_opened_again_test
