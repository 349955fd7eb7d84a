// Messages that are sent with a delay: while they wait they are listed, dropped, exported and deleted
// like others, on both stores.

#include <algorithm>

#include <catch2/catch.hpp>

#include "conformance/ended.hpp"
#include "conformance/work_steps.hpp"
#include "provider/acting_steps.hpp"

namespace duroxide::delayed_messages_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;

namespace {

std::vector<InstanceMessage> messages(World& world, const std::string& id = "a") {
  return world.manage<Answer<std::vector<InstanceMessage>>>(management::ListMessages{id}).value();
}
Done drop(World& world, std::uint64_t message) {
  return world.manage<Done>(management::DropMessage{"a", message});
}
std::uint64_t timers_queued(World& world) {
  return world.manage<Answer<QueueDepths>>(management::GetQueueDepths{}).value().timer_queue;
}
void check_sound(World& world) {
  const auto report = world.manage<Answer<VerifyReport>>(management::VerifyStore{}).value();
  INFO((report.problems.empty() ? "" : report.problems.front().what));
  CHECK(report.is_clean());
}

/// Moves what is due to its instance.
void deliver(World& world) {
  const auto due = world.due().value().lock_tokens;
  REQUIRE_FALSE(due.empty());
  world.ask<Done>(*world.timers, AckTimer{due}).value();
}

/// `a` runs and waits; `Go` and a message of a queue come later, and `Now` has come.
struct WithDelayed : World {
  explicit WithDelayed(Backend backend) : World(backend) {
    start("a");
    ack(ack_of(fetch_one(), {started_event()})).value();
    enqueue(raise_item("a", "Go", "later"), 60min).value();
    enqueue(work::QueueMessage{"a", "Q", "later too"}, 90min).value();
    raise("a", "Now");
  }
};

}  // namespace

TEST_CASE("a delayed message is listed as such until its time has come",
          "[messages][timers][conformance]") {
  WithDelayed world(GENERATE(Backend::memory, Backend::lmdb));
  const auto listed = messages(world);
  REQUIRE(listed.size() == 3);
  CHECK(listed[0].name == "Now");
  CHECK(listed[0].place == MessagePlace::waiting);
  CHECK(listed[1].name == "Go");
  CHECK(listed[1].data == "later");
  CHECK(listed[1].place == MessagePlace::delayed);
  CHECK(listed[2].kind == "QueueMessage");
  CHECK(listed[2].place == MessagePlace::delayed);
  check_sound(world);

  world.clock->advance(60min);
  deliver(world);
  const auto then = messages(world);
  CHECK(std::count_if(then.begin(), then.end(), [](const InstanceMessage& each) {
          return each.place == MessagePlace::delayed;
        }) == 1);
  const auto item = world.fetch_one();
  CHECK(item.messages.size() == 2);
  CHECK(timers_queued(world) == 1);
}

TEST_CASE("a delayed message is dropped by its number, and never comes",
          "[messages][timers][conformance]") {
  WithDelayed world(GENERATE(Backend::memory, Backend::lmdb));
  const auto listed = messages(world);
  REQUIRE(listed.size() == 3);
  drop(world, listed[2].message_id).value();
  drop(world, listed[1].message_id).value();
  CHECK(drop(world, listed[1].message_id).error().kind == Kind::invalid_input);
  CHECK(timers_queued(world) == 0);
  CHECK(messages(world).size() == 1);
  check_sound(world);
  world.clock->advance(120min);
  world.run();
  CHECK(world.fetch_one().messages.size() == 1);
}

TEST_CASE("a message that the code has now is not dropped", "[messages][conformance]") {
  WithDelayed world(GENERATE(Backend::memory, Backend::lmdb));
  const auto number = messages(world).front().message_id;
  const auto item = world.fetch_one();
  const auto refused = drop(world, number);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == Kind::invalid_input);
  CHECK(refused.error().message.find("has message " + std::to_string(number) + " now") !=
        std::string::npos);
  world.abandon(item.lock_token).value();
  drop(world, number).value();
}

TEST_CASE("an answer is not dropped, and what is not there is told", "[messages][conformance]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("a");
  const auto item = world.fetch_one();
  auto ack = ack_of(item, {started_event(), scheduled_event(2)});
  ack.worker_items = {activity(item, 2)};
  world.ack(ack).value();
  world.complete(world.fetch_work().at(0), "result").value();
  const auto listed = messages(world);
  REQUIRE(listed.size() == 1);
  const auto refused = drop(world, listed[0].message_id);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message ==
        "only raised events, messages of queues and updates can be dropped");
  CHECK(drop(world, 99).error().message.find("no message 99 waits") != std::string::npos);
}

TEST_CASE(
    "a delayed message goes with its instance to another store, and with it when it is deleted",
    "[messages][restore][delete][conformance]") {
  WithDelayed world(GENERATE(Backend::memory, Backend::lmdb));
  const auto exported =
      world.manage<Answer<InstanceExport>>(management::ExportInstance{"a"}).value();
  CHECK(exported.messages.size() == 3);
  World other(Backend::memory);
  other.manage<Answer<RestoredInstance>>(management::ImportInstance{exported}).value();
  CHECK(other.fetch_one().messages.size() >= 3);

  CHECK(delete_now(world, {"a"}, true).value().queue_messages_deleted == 3);
  CHECK(timers_queued(world) == 0);
  check_sound(world);
}

TEST_CASE("a delayed message whose time comes after its instance has failed is kept for a rewind",
          "[messages][kept][conformance]") {
  WithDelayed world(GENERATE(Backend::memory, Backend::lmdb));
  const auto item = world.fetch_one();
  auto failing = ack_of(item, {Event{0, 0, from_milliseconds(7), event::ExternalEvent{"Now", ""}}});
  failing.metadata.status = ExecutionStatus::failed;
  failing.metadata.failure = application_error(ErrorKind::orchestration_failed, "no");
  world.ack(with_end(failing)).value();
  for (const InstanceMessage& each : messages(world)) {
    CHECK(each.place == MessagePlace::delayed);
  }
  world.clock->advance(60min);
  deliver(world);
  const auto then = messages(world);
  REQUIRE(then.size() == 2);
  CHECK(std::count_if(then.begin(), then.end(), [](const InstanceMessage& each) {
          return each.place == MessagePlace::kept && each.name == "Go";
        }) == 1);
  check_sound(world);
  world.manage<Answer<RestoredInstance>>(management::RewindInstance{"a", {}}).value();
  CHECK(world.fetch_one().messages.back() == raise_item("a", "Go", "later"));
  check_sound(world);
}

TEST_CASE("a timer of an instance that has ended is refused, and so is a request for none",
          "[timers][conformance]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("a");
  world.ack(complete_of(world.fetch_one())).value();
  CHECK(world
            .ask<Done>(*world.client,
                       EnqueueTimerWork{work::TimerFired{"a", 1, 9, world.clock->now()}})
            .error()
            .kind == Kind::instance_finished);
  CHECK(world.ask<Answer<DueTimers>>(*world.timers, DequeueTimerPeekLock{0, {}}).error().kind ==
        Kind::invalid_input);
}

}  // namespace duroxide::delayed_messages_test
