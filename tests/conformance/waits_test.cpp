// What every provider must do for those who wait for a custom status or a value.

#include <catch2/catch.hpp>

#include "conformance/values.hpp"

namespace duroxide::conformance_waits_test {

using namespace duroxide::provider;
using namespace duroxide::conformance;
using namespace std::chrono_literals;

namespace {

/// A wait that has arrived.
Pending<Status> wait_for_change(World& world, const std::string& id, std::uint64_t wait_id,
                                std::optional<std::uint64_t> after) {
  auto pending = world.client->ask<Status>(WaitForStatus{id, wait_id, after});
  world.run();
  return pending;
}
Pending<Value> wait_for_value(World& world, const std::string& id, const std::string& key,
                              std::uint64_t wait_id, std::uint64_t after = 0) {
  auto pending = world.client->ask<Value>(WaitForValue{id, key, after, wait_id});
  world.run();
  return pending;
}

void start_and_take_first_turn(World& world, const std::string& id = "a") {
  world.start(id);
  world.ack(ack_of(world.fetch_one())).value();
}

}  // namespace

TEST_CASE("a wait for a custom status is answered with its change",
          "[conformance][waits][custom-status]") {
  World world(DUROXIDE_EVERY_STORE);
  CHECK(wait_for_change(world, "a", 1, 0).value().is_not_found());
  start_and_take_first_turn(world);
  const auto first = wait_for_change(world, "a", 1, 0);
  const auto second = wait_for_change(world, "a", 2, 1);
  const auto end = wait_for_change(world, "a", 3, std::nullopt);

  world.ack(change_of(turn_of(world, "a"), {set("k", "no status", 1)})).value();
  CHECK_FALSE(first.answered());
  world.ack(status_of(turn_of(world, "a"), "one", 1)).value();
  REQUIRE(first.answered());
  CHECK(first.value().is_running());
  CHECK(first.value().custom_status() == "one");
  CHECK(first.value().custom_status_version() == 1);
  CHECK_FALSE(second.answered());

  // What is there already is answered at once.
  CHECK(wait_for_change(world, "a", 4, 0).value().custom_status() == "one");
  const auto third = wait_for_change(world, "a", 5, 7);

  world.ack(status_of(turn_of(world, "a"), std::nullopt, 3)).value();
  REQUIRE(second.answered());
  CHECK_FALSE(second.value().custom_status());
  CHECK(second.value().custom_status_version() == 3);
  CHECK_FALSE(third.answered());
  CHECK_FALSE(end.answered());

  auto last = complete_of(turn_of(world, "a"), "out");
  last.custom_status = CustomStatusChange{"over", 4};
  world.ack(last).value();
  for (const auto& wait : {third, end}) {
    REQUIRE(wait.answered());
    CHECK(wait.value().output() == "out");
    CHECK(wait.value().custom_status() == "over");
  }
  CHECK(wait_for_change(world, "a", 6, 100).value().is_completed());
}

TEST_CASE("a wait for a value is answered when it is set", "[conformance][waits][values]") {
  World world(DUROXIDE_EVERY_STORE);
  start_and_take_first_turn(world);
  start_and_take_first_turn(world, "b");
  const auto wait = wait_for_value(world, "a", "k", 1);
  const auto again = wait_for_value(world, "a", "k", 2);
  const auto later = wait_for_value(world, "a", "k", 3, 5);
  const auto elsewhere = wait_for_value(world, "b", "k", 4);
  const auto status = wait_for_change(world, "a", 5, 0);

  auto ack = change_of(turn_of(world, "a"), {set("kk", "", 1), cleared("k")});
  world.ack(ack).value();
  CHECK_FALSE(wait.answered());
  world.ack(change_of(turn_of(world, "a"), {set("k", "v", 5)})).value();
  REQUIRE(wait.answered());
  CHECK(wait.value() == entry("k", "v", 5));
  REQUIRE(again.answered());
  CHECK(again.value() == entry("k", "v", 5));
  CHECK_FALSE(later.answered());
  CHECK_FALSE(elsewhere.answered());
  CHECK_FALSE(status.answered());

  CHECK(wait_for_value(world, "a", "k", 6, 4).value() == entry("k", "v", 5));
  world.ack(change_of(turn_of(world, "a"), {cleared("k")})).value();
  CHECK_FALSE(later.answered());
  world.ack(change_of(turn_of(world, "a"), {set("k", "v", 7)})).value();
  REQUIRE(later.answered());
  CHECK(later.value() == entry("k", "v", 7));
  CHECK_FALSE(elsewhere.answered());
}

TEST_CASE("a wait for a value ends with the instance", "[conformance][waits][values]") {
  World world(DUROXIDE_EVERY_STORE);
  CHECK(wait_for_value(world, "a", "k", 1).value() == std::nullopt);
  start_and_take_first_turn(world);
  const auto never = wait_for_value(world, "a", "never", 1);
  const auto old = wait_for_value(world, "a", "old", 2, 1);
  const auto last = wait_for_value(world, "a", "last", 3, 1);
  world.ack(change_of(turn_of(world, "a"), {set("old", "o", 1)})).value();
  const auto item = turn_of(world, "a");
  auto ack = GENERATE(true, false) ? complete_of(item) : fail_of(item);
  ack.values = {set("last", "l", 2)};
  world.ack(ack).value();
  CHECK(never.value() == std::nullopt);
  CHECK(old.value() == std::nullopt);
  CHECK(last.value() == entry("last", "l", 2));

  CHECK(wait_for_value(world, "a", "last", 4).value() == entry("last", "l", 2));
  CHECK(wait_for_value(world, "a", "last", 5, 2).value() == std::nullopt);
  CHECK(wait_for_value(world, "a", "never", 6).value() == std::nullopt);
}

TEST_CASE("waits go on through continue-as-new", "[conformance][waits][continue-as-new]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  const auto value = wait_for_value(world, "a", "k", 1);
  const auto status = wait_for_change(world, "a", 2, 0);
  world.ack(continue_of(world.fetch_one())).value();
  CHECK_FALSE(value.answered());
  CHECK_FALSE(status.answered());
  auto ack = continue_of(world.fetch_one());
  ack.values = {set("k", "v", 1)};
  ack.custom_status = CustomStatusChange{"two", 1};
  world.ack(ack).value();
  CHECK(value.value() == entry("k", "v", 1));
  CHECK(status.value().custom_status() == "two");
  CHECK(status.value().is_running());
}

TEST_CASE("a wait for a value that follows its start at once is parked",
          "[conformance][waits][values]") {
  World world(DUROXIDE_EVERY_STORE);
  const auto started = world.client->ask<Done>(EnqueueOrchestratorWork{start_item("a"), {}, false});
  const auto value = world.client->ask<Value>(WaitForValue{"a", "k", 0, 1});
  const auto status = world.client->ask<Status>(WaitForStatus{"a", 2, 0});
  world.run();
  CHECK(started.answer());
  CHECK_FALSE(value.answered());
  CHECK_FALSE(status.answered());
  auto ack = change_of(world.fetch_one(), {set("k", "v", 1)});
  ack.custom_status = CustomStatusChange{"begun", 1};
  world.ack(ack).value();
  CHECK(value.value() == entry("k", "v", 1));
  CHECK(status.value().custom_status() == "begun");
}

TEST_CASE("a stopped wait is answered with what is there now", "[conformance][waits]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  auto ack = change_of(world.fetch_one(), {set("k", "v", 1)});
  ack.custom_status = CustomStatusChange{"begun", 1};
  world.ack(ack).value();
  const auto seen = wait_for_value(world, "a", "k", 1, 1);
  const auto missing = wait_for_value(world, "a", "none", 2);
  const auto status = wait_for_change(world, "a", 3, 1);
  CHECK_FALSE(seen.answered());
  for (std::uint64_t id = 1; id <= 4; ++id) {
    world.client->send(StopWaiting{id});
  }
  world.run();
  CHECK(seen.value() == entry("k", "v", 1));
  CHECK(missing.value() == std::nullopt);
  CHECK(status.value().custom_status() == "begun");
}

TEST_CASE("waits of all kinds share their sender's numbers", "[conformance][waits]") {
  World world(DUROXIDE_EVERY_STORE);
  start_and_take_first_turn(world);
  const auto status = wait_for_change(world, "a", 1, 0);
  const auto other = world.worker->ask<Value>(WaitForValue{"a", "k", 0, 1});
  world.run();
  const auto value = wait_for_value(world, "a", "k", 1);
  REQUIRE(status.answered());
  CHECK(status.value().is_running());
  CHECK_FALSE(value.answered());
  CHECK_FALSE(other.answered());
  const auto end = wait_for_change(world, "a", 1, std::nullopt);
  CHECK(value.value() == std::nullopt);
  CHECK_FALSE(end.answered());
  world.client->send(StopWaiting{1});
  world.run();
  CHECK(end.value().is_running());
  CHECK_FALSE(other.answered());
  world.ack(change_of(turn_of(world, "a"), {set("k", "v", 1)})).value();
  CHECK(other.value() == entry("k", "v", 1));
}

TEST_CASE("the waits of one who is gone are dropped", "[conformance][waits]") {
  World world(DUROXIDE_EVERY_STORE);
  start_and_take_first_turn(world);
  Partner leaver(world.system, provider_of(*world.store));
  const auto lost = leaver.ask<Value>(WaitForValue{"a", "k", 0, 1});
  const auto lost_status = leaver.ask<Status>(WaitForStatus{"a", 2, 0});
  const auto kept = wait_for_value(world, "a", "k", 1);
  leaver.die();
  world.run();
  auto ack = change_of(turn_of(world, "a"), {set("k", "v", 1)});
  ack.custom_status = CustomStatusChange{"x", 1};
  world.ack(ack).value();
  CHECK(kept.value() == entry("k", "v", 1));
  CHECK_FALSE(lost.answered());
  CHECK_FALSE(lost_status.answered());
}

}  // namespace duroxide::conformance_waits_test
