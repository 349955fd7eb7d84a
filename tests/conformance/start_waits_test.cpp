// What every provider must do for those who wait for an instance that is not there yet, or for its first
// turn.

#include <catch2/catch.hpp>

#include "conformance/acting_steps.hpp"
#include "conformance/world.hpp"

namespace duroxide::conformance_start_waits_test {

using namespace duroxide::provider;
using namespace duroxide::conformance;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;
using Status = Answer<OrchestrationStatus>;

namespace {

/// A wait that has arrived.
Pending<Status> wait(World& world, const std::string& instance, std::uint64_t wait_id) {
  auto pending = world.client->ask<Status>(WaitForStart{instance, wait_id});
  world.run();
  return pending;
}

/// The same, for the first turn.
Pending<Status> wait_for_turn(World& world, const std::string& instance, std::uint64_t wait_id) {
  auto pending = world.client->ask<Status>(WaitForStart{instance, wait_id, true});
  world.run();
  return pending;
}

}  // namespace

TEST_CASE("a wait for a start is answered when the instance is there",
          "[conformance][waits][starts]") {
  World world(DUROXIDE_EVERY_STORE);
  const auto first = wait(world, "a", 1);
  const auto second = wait(world, "a", 2);
  const auto other = wait(world, "b", 3);
  CHECK_FALSE(first.answered());
  world.start("a");
  CHECK(first.value().is_running());
  CHECK(second.value().is_running());
  CHECK_FALSE(other.answered());
  // Also if it has ended since.
  CHECK(wait(world, "a", 4).value().is_running());
  world.ack(complete_of(world.fetch_one())).value();
  CHECK(wait(world, "a", 5).value().is_completed());
}

TEST_CASE("a wait for a start that is in the open batch is answered with its commit",
          "[conformance][waits][starts]") {
  World world(DUROXIDE_EVERY_STORE);
  const auto started = world.worker->ask<Done>(EnqueueOrchestratorWork{start_item("a"), {}, false});
  const auto waits = world.client->ask<Status>(WaitForStart{"a", 1});
  world.run();
  CHECK(started.answer());
  CHECK(waits.value().is_running());
}

TEST_CASE("whatever makes an instance is a start", "[conformance][waits][starts][management]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  const auto waits = wait(world, "b", 1);
  SECTION("with a delay") {
    REQUIRE(world.enqueue(start_item("b"), 1s));
  }
  SECTION("by a turn") {
    auto ack = ack_of(world.fetch_one(), {started_event()});
    ack.orchestrator_items = {start_item("b")};
    world.ack(ack).value();
  }
  SECTION("a fork") {
    world.ack(ack_of(world.fetch_one(), {started_event()})).value();
    REQUIRE(
        world.manage<management::ForkInstance::Response>(management::ForkInstance{"a", "b", {}}));
  }
  REQUIRE(waits.answered());
  CHECK(waits.value().is_running());
}

TEST_CASE("a wait for a start that is taken back is answered with nobody's status",
          "[conformance][waits][starts]") {
  World world(DUROXIDE_EVERY_STORE);
  const auto first = wait(world, "a", 1);
  world.client->send(StopWaiting{1});
  world.run();
  CHECK(first.value().is_not_found());
  // A second wait of that number ends the first, whatever it waits for.
  const auto second = wait(world, "a", 2);
  const auto third = wait(world, "b", 2);
  CHECK(second.value().is_not_found());
  CHECK_FALSE(third.answered());
  world.start("a");
  CHECK_FALSE(third.answered());
  world.start("b");
  CHECK(third.value().is_running());
}

TEST_CASE("a wait for a first turn is answered when that has been taken",
          "[conformance][waits][starts]") {
  World world(DUROXIDE_EVERY_STORE);
  const auto early = wait_for_turn(world, "a", 1);
  const auto other = wait_for_turn(world, "b", 2);
  const auto start = wait(world, "a", 3);
  world.start("a");
  CHECK(start.answered());
  const auto later = wait_for_turn(world, "a", 4);
  const auto item = world.fetch_one();
  CHECK_FALSE(early.answered());
  CHECK_FALSE(later.answered());
  world.ack(ack_of(item)).value();
  CHECK(early.value().is_running());
  CHECK(later.value().is_running());
  CHECK_FALSE(other.answered());
  // From then on there is nothing to wait for, also if it has ended.
  CHECK(wait_for_turn(world, "a", 5).value().is_running());
  world.raise("a", "Go");
  world.ack(complete_of(world.fetch_one())).value();
  CHECK(wait_for_turn(world, "a", 6).value().is_completed());
}

TEST_CASE(
    "a wait for a first turn that arrives while that is in the open batch is answered with it",
    "[conformance][waits][starts]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  const auto acked = world.dispatcher->ask<Done>(ack_of(world.fetch_one()));
  const auto waits = world.client->ask<Status>(WaitForStart{"a", 1, true});
  world.run();
  CHECK(acked.answer());
  CHECK(waits.value().is_running());
}

TEST_CASE("each execution has a first turn of its own", "[conformance][waits][continue-as-new]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  const auto first = wait_for_turn(world, "a", 1);
  // A turn that goes on as new at once is one all the same.
  world.ack(continue_of(world.fetch_one())).value();
  CHECK(first.value().is_running());
  const auto second = wait_for_turn(world, "a", 2);
  const auto item = world.fetch_one();
  CHECK_FALSE(second.answered());
  world.ack(complete_of(item)).value();
  CHECK(second.value().is_completed());
}

TEST_CASE("a turn that was given back is no first turn, and an end without a turn ends the wait",
          "[conformance][waits][terminate][management]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  const auto waits = wait_for_turn(world, "a", 1);
  REQUIRE(world.abandon(world.fetch_one().lock_token, 1s));
  CHECK_FALSE(waits.answered());
  REQUIRE(terminate(world, "a"));
  REQUIRE(waits.answered());
  CHECK(waits.value().is_cancelled());
}

TEST_CASE("a wait for a first turn belongs to the id: a deletion does not end it",
          "[conformance][waits][delete][management]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  const auto waits = wait_for_turn(world, "a", 1);
  REQUIRE(delete_now(world, {"a"}, true));
  CHECK_FALSE(waits.answered());
  world.start("a");
  CHECK_FALSE(waits.answered());
  world.ack(ack_of(world.fetch_one())).value();
  CHECK(waits.value().is_running());
}

TEST_CASE("what is forked has begun", "[conformance][waits][restore][management]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  world.ack(ack_of(world.fetch_one(), {started_event()})).value();
  const auto waits = wait_for_turn(world, "b", 1);
  REQUIRE(world.manage<management::ForkInstance::Response>(management::ForkInstance{"a", "b", {}}));
  REQUIRE(waits.answered());
  CHECK(waits.value().is_running());
}

TEST_CASE("a wait for a first turn can be taken back", "[conformance][waits][starts]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  const auto waits = wait_for_turn(world, "a", 1);
  world.client->send(StopWaiting{1});
  world.run();
  CHECK(waits.value().is_not_found());
}

TEST_CASE("a wait for a start ends with the store", "[conformance][waits][starts]") {
  World world(DUROXIDE_EVERY_STORE);
  const auto left = wait(world, "a", 1);
  CHECK(wait(world, "", 2).error().kind == Kind::invalid_input);
  world.close();
  REQUIRE(left.answered());
  CHECK(left.error().kind == Kind::closed);
}

}  // namespace duroxide::conformance_start_waits_test
