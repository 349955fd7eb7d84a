// Activities that must have begun by a certain time, and are given back after it.

#include <cstdint>
#include <limits>

#include <catch2/catch.hpp>

#include "conformance/work_steps.hpp"
#include "provider/world.hpp"

namespace duroxide::start_timeout_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;

namespace {

void schedule_with(World& world, const ActivityTimeouts& timeouts) {
  world.start("a");
  auto ack = ack_with_calls(world.fetch_one(), {{2}});
  ack.worker_items.at(0).timeouts = timeouts;
  world.ack(ack).value();
}

std::vector<LockToken> due(World& world) {
  return world.due().value().lock_tokens;
}

void deliver_one_that_is_due(World& world) {
  const auto tokens = due(world);
  REQUIRE(tokens.size() == 1);
  world.ask<Done>(*world.timers, AckTimer{tokens}).value();
}

}  // namespace

TEST_CASE(
    "an activity that is given back after the time by which it must have begun fails its call",
    "[activities][timers][conformance]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  schedule_with(world, {0, 0, 2'000});
  const auto item = world.fetch_work().at(0);
  world.clock->advance(3s);
  deliver_one_that_is_due(world);
  CHECK(world.nothing_to_fetch());  // it may be running

  SECTION("as if it had not been delivered") {
    world.ask<Done>(*world.worker, AbandonWorker{item.lock_token, 1h, true, {}, {}}).value();
  }
  SECTION("with all that its runtime has") {
    world.ask<Done>(*world.worker, ReleaseHolder{}).value();
  }
  SECTION("since its runtime is gone") {
    world.worker->die();
    world.run();
  }
  deliver_one_that_is_due(world);
  const auto messages = world.fetch_one().messages;
  REQUIRE(messages.size() == 1);
  const auto* failed = std::get_if<work::ActivityFailed>(&messages.front());
  REQUIRE(failed != nullptr);
  CHECK(failed->details.kind == ErrorKind::attempt_timed_out);
}

TEST_CASE("an activity that is given back and is counted has begun", "[activities][timers]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  schedule_with(world, {0, 0, 2'000});
  const auto item = world.fetch_work().at(0);
  world.clock->advance(3s);
  deliver_one_that_is_due(world);
  abandon_work(world, item.lock_token, 1h).value();
  CHECK(due(world).empty());
  CHECK(world.nothing_to_fetch());
}

TEST_CASE("an activity may have longer to begin than there is time",
          "[activities][timers][limits]") {
  World world(Backend::memory);
  schedule_with(world, {0, 0, std::numeric_limits<std::uint64_t>::max()});
  CHECK(due(world).empty());
  CHECK(world.fetch_work().size() == 1);
}

}  // namespace duroxide::start_timeout_test
