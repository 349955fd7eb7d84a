// What a failed instance keeps of the messages that it did not take, on both stores.

#include <catch2/catch.hpp>

#include "conformance/work_steps.hpp"
#include "provider/acting_steps.hpp"

namespace duroxide::kept_messages_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;

namespace {

using Messages = std::vector<WorkItem>;

Event event_of(EventKind kind) {
  return Event{0, 0, from_milliseconds(7), std::move(kind)};
}
AckOrchestrationItem failing(const OrchestrationItem& item, std::vector<Event> events = {}) {
  events.push_back(event_of(
      event::OrchestrationFailed{application_error(ErrorKind::orchestration_failed, "no")}));
  auto ack = ack_of(item, std::move(events));
  ack.metadata.status = ExecutionStatus::failed;
  ack.metadata.failure = application_error(ErrorKind::orchestration_failed, "no");
  ack.cancelled_activities = {2, 3};
  return ack;
}

Answer<RestoredInstance> rewind(World& world, RewindOptions options = {}) {
  return world.manage<Answer<RestoredInstance>>(management::RewindInstance{"a", options});
}
std::uint64_t kept(World& world, const std::string& id = "a") {
  return world.manage<Answer<InstanceInfo>>(management::GetInstanceInfo{id}).value().kept_messages;
}
bool is_sound(World& world) {
  return world.manage<Answer<VerifyReport>>(management::VerifyStore{}).value().is_clean();
}

/// `a` waits for two activities (events 2 and 3), and takes the turn with `messages`.
OrchestrationItem turn_with(World& world, const Messages& messages) {
  world.start("a");
  auto item = world.fetch_one();
  auto ack = ack_of(item, {started_event(), scheduled_event(2), scheduled_event(3)});
  ack.worker_items = {activity(item, 2), activity(item, 3)};
  world.ack(ack).value();
  for (const WorkItem& message : messages) {
    world.enqueue(message).value();
  }
  return world.fetch_one();
}

const WorkItem one = raise_item("a", "Go", "1");
const WorkItem two = work::QueueMessage{"a", "Q", "2"};
const WorkItem three = raise_item("a", "Go", "3");

}  // namespace

TEST_CASE("what a failing turn did not take is kept, and what came later", "[conformance][kept]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  const auto item = turn_with(world, {one, two});
  world.enqueue(three).value();
  auto ack = failing(item, {event_of(event::ExternalEvent{"Go", "1"})});
  ack.untaken = {1};
  world.ack(ack).value();
  CHECK(kept(world) == 2);
  CHECK(is_sound(world));
  CHECK(
      world.manage<Answer<QueueDepths>>(management::GetQueueDepths{}).value().orchestrator_queue ==
      0);
  CHECK(world.enqueue(raise_item("a", "Go", "4")).error().kind == Kind::instance_finished);
  CHECK(world.nothing_to_fetch());

  rewind(world).value();
  CHECK(kept(world) == 0);
  CHECK(is_sound(world));
  world.enqueue(raise_item("a", "Go", "5")).value();
  CHECK(world.fetch_one().messages == Messages{two, three, raise_item("a", "Go", "5")});
}

TEST_CASE("what is cut away comes before what was kept", "[conformance][kept]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  const auto item = turn_with(world, {one, two});
  auto ack = failing(item, {event_of(event::ExternalEvent{"Go", "1"})});
  ack.untaken = {1};
  world.ack(ack).value();
  rewind(world, {3}).value();
  CHECK(world.fetch_one().messages == Messages{one, two});
}

TEST_CASE("only what a rewind would deliver is kept", "[conformance][kept]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  const auto item = turn_with(
      world, {work::CancelInstance{"a", "stop", {}}, work::ActivityFailed{"a", 1, 2, {}},
              work::ActivityCompleted{"a", 1, 2, "r"}, work::ActivityCompleted{"a", 1, 9, "r"},
              work::ActivityCompleted{"a", 4, 2, "r"}, three});
  auto ack = failing(item);
  for (std::size_t place = 0; place < item.messages.size(); ++place) {
    ack.untaken.push_back(place);
  }
  world.ack(ack).value();
  CHECK(kept(world) == 3);
  CHECK(is_sound(world));
  // Event 9 is nobody's any more.
  CHECK(rewind(world).value().activities_scheduled == 1);
  CHECK(world.fetch_one().messages == Messages{work::ActivityCompleted{"a", 1, 2, "r"}, three});
}

TEST_CASE("an instance that completes keeps nothing", "[conformance][kept]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  const auto item = turn_with(world, {one, two});
  auto ack = complete_of(item);
  ack.events.push_back(event_of(event::OrchestrationCompleted{"done"}));
  ack.events.back().event_id = item.history_size + 2;
  ack.cancelled_activities = {2, 3};
  ack.untaken = {0, 1};
  world.ack(ack).value();
  CHECK(kept(world) == 0);
  CHECK(is_sound(world));
}

TEST_CASE("a turn cannot leave what it was not given", "[conformance][kept]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  const auto item = turn_with(world, {one, two});
  auto ack = failing(item);
  ack.untaken = {2};
  CHECK(world.ack(ack).error().kind == Kind::invalid_input);
}

TEST_CASE("a cancelled instance keeps what its last turn did not take", "[conformance][kept]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  const auto item = turn_with(world, {one, two});
  world.enqueue(three).value();
  const auto details = application_error(ErrorKind::cancelled, "stop");
  auto ack = ack_of(item, {event_of(event::ExternalEvent{"Go", "1"}),
                           event_of(event::OrchestrationCancelRequested{"stop"}),
                           event_of(event::OrchestrationFailed{details})});
  ack.metadata.status = GENERATE(ExecutionStatus::failed, ExecutionStatus::cancelled);
  ack.metadata.failure = details;
  ack.cancelled_activities = {2, 3};
  ack.untaken = {1};
  world.ack(ack).value();
  CHECK(kept(world) == 2);
  CHECK(is_sound(world));
  rewind(world).value();
  CHECK(world.fetch_one().messages == Messages{two, three});
}

TEST_CASE("a termination keeps what waits, and what is delayed", "[conformance][kept]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  (void)turn_with(world, {one});
  world.enqueue(two).value();
  world.enqueue(three, 5000ms).value();
  world.manage<Answer<void>>(management::TerminateInstance{"a", "enough"}).value();
  CHECK(kept(world) == 3);
  CHECK(is_sound(world));
  rewind(world).value();
  CHECK(world.fetch_one().messages == Messages{one, two, three});
}

TEST_CASE("a delayed message that comes due after the failure is kept", "[conformance][kept]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  const auto item = turn_with(world, {one});
  world.enqueue(two, 5000ms).value();
  world.ack(failing(item, {event_of(event::ExternalEvent{"Go", "1"})})).value();
  CHECK(kept(world) == 0);
  world.clock->advance(5s);
  world.ask<Done>(*world.timers, AckTimer{world.due().value().lock_tokens}).value();
  CHECK(kept(world) == 1);
  CHECK(is_sound(world));
}

TEST_CASE("forks, exports and deletions have what is kept", "[conformance][kept]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  const auto item = turn_with(world, {one, two});
  auto ack = failing(item, {event_of(event::ExternalEvent{"Go", "1"})});
  ack.untaken = {1};
  world.ack(ack).value();
  const Messages theirs{work::QueueMessage{"b", "Q", "2"}};
  SECTION("a fork of all of it gets a copy") {
    world.manage<Answer<RestoredInstance>>(management::ForkInstance{"a", "b", {}}).value();
    CHECK(world.fetch_one().messages == theirs);
    CHECK(kept(world) == 1);
  }
  SECTION("a fork that ends earlier does not") {
    world.manage<Answer<RestoredInstance>>(management::ForkInstance{"a", "b", {{}, 3}}).value();
    CHECK(world.fetch_one().messages.size() == 1);
  }
  SECTION("an import keeps it") {
    auto exported = world.manage<Answer<InstanceExport>>(management::ExportInstance{"a"}).value();
    CHECK(exported.messages == Messages{two});
    world.manage<Answer<DeleteInstanceResult>>(management::DeleteInstances{{"a"}, false}).value();
    world.manage<Answer<RestoredInstance>>(management::ImportInstance{exported}).value();
    CHECK(kept(world) == 1);
    CHECK(is_sound(world));
    exported.messages.push_back(start_item("a"));
    world.manage<Answer<DeleteInstanceResult>>(management::DeleteInstances{{"a"}, false}).value();
    CHECK_FALSE(world.manage<Answer<RestoredInstance>>(management::ImportInstance{exported}));
  }
  SECTION("a deletion takes it along") {
    const auto deleted =
        world.manage<Answer<DeleteInstanceResult>>(management::DeleteInstances{{"a"}, false});
    CHECK(deleted->queue_messages_deleted == 1);
    CHECK(is_sound(world));
  }
}

}  // namespace duroxide::kept_messages_test
