// Deleting: an instance goes with everything it has, or stays with everything it has.

#include <catch2/catch.hpp>

#include "conformance/work_steps.hpp"
#include "provider/acting_steps.hpp"
#include "provider/faulty_world.hpp"

namespace duroxide::delete_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;
using storage::Table;

namespace {

/// An instance `a` in its second execution that has at least one row in every table, and a turn, an
/// activity and a timer of it under way.
struct BusyInstance {
  explicit BusyInstance(World& world) {
    world.enqueue(work::StartOrchestration{"a", "Test", "input", {}, {}, {"red", "blue"}}).value();
    world.ack(continue_of(world.fetch_one())).value();
    const auto item = world.fetch_one();
    const Timestamp soon = world.clock->now() + 1s;
    auto ack = ack_of(item, {started_event(), scheduled_event(2), scheduled_event(3),
                             scheduled_event(4), timer_event(soon), timer_event(soon + 1h)});
    ack.worker_items = {activity(item, 2), activity(item, 3), activity(item, 4)};
    ack.timers = {timer(item, 5, soon), timer(item, 6, soon + 1h)};
    ack.values = {{"key", StoredValue{"key", "value", soon, 1}}};
    ack.custom_status = CustomStatusChange{"busy", 1};
    ack.stays_resident = true;
    world.ack(ack).value();
    abandon_work(world, world.fetch_work().at(0).lock_token, {}, {}, "poison").value();
    leased = world.fetch_work().at(0);
    reference = reference_to(world, 3);
    world.ask<Done>(*world.client, Heartbeat{reference, "half"}).value();
    world.enqueue(raise_item("a", "Later"), Milliseconds{5000}).value();
    world.raise("a", "Now");
    turn = world.fetch_one();
    world.raise("a", "Next");
    pause(world, PauseScope::of_instance("a")).value();
    world.clock->advance(1s);
    due = world.due().value().lock_tokens;
  }

  WorkerItem leased;
  ActivityReference reference;
  OrchestrationItem turn;
  std::vector<LockToken> due;
};

/// Asks the writer itself, so that what is asked next joins the batch.
Pending<Answer<DeleteInstanceResult>> delete_soon(World& world, const std::string& instance) {
  return ask_writer<Answer<DeleteInstanceResult>>(world,
                                                  management::DeleteInstances{{instance}, true});
}

/// Three activities, two timers, a delayed message, and two messages.
constexpr std::uint64_t queued = 8;

}  // namespace

TEST_CASE("a deleted instance leaves no row behind", "[delete]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("other");
  world.ack(complete_of(world.fetch_one())).value();
  const auto before = dump(*faulty.kv);
  const BusyInstance busy(world);
  REQUIRE(dump(*faulty.kv) != before);
  const auto deleted = delete_now(world, {"a"}, true).value();
  CHECK(deleted.instances_deleted == 1);
  CHECK(deleted.executions_deleted == 2);
  CHECK(deleted.events_deleted == 7);
  CHECK(deleted.queue_messages_deleted == queued);
  CHECK(dump(*faulty.kv) == before);
}

TEST_CASE("a deleted instance is gone for everybody", "[conformance][delete]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  const BusyInstance busy(world);
  const auto told = world.worker->ask<Answer<std::vector<LockToken>>>(AwaitCancelledWork{});
  const auto status = world.client->ask<Answer<OrchestrationStatus>>(WaitForStatus{"a", 1});
  const auto value =
      world.client->ask<Answer<std::optional<StoredValue>>>(WaitForValue{"a", "other", 0, 2});
  world.run();
  REQUIRE_FALSE(status.answered());
  REQUIRE_FALSE(value.answered());
  delete_now(world, {"a"}, true).value();

  CHECK(world.status("a").is_not_found());
  CHECK(world.history("a").empty());
  CHECK(depths(world) == QueueDepths{});
  CHECK(paused(world).empty());
  REQUIRE(status.answered());
  CHECK(status.value().is_not_found());
  REQUIRE(value.answered());
  CHECK_FALSE(value.value());
  REQUIRE(told.answered());
  CHECK(told.value() == std::vector<LockToken>{busy.leased.lock_token});

  CHECK(world.ack(ack_of(busy.turn)).error().kind == Kind::invalid_lock_token);
  CHECK(world.complete(busy.leased, "r").error().kind == Kind::invalid_lock_token);
  CHECK(world.ask<Done>(*world.client, Heartbeat{busy.reference, "on"}).error().kind ==
        Kind::activity_not_found);
  world.ask<Done>(*world.timers, AckTimer{busy.due}).value();
  CHECK(world.enqueue(raise_item("a", "Go")).error().kind == Kind::instance_not_found);
  CHECK(delete_now(world, {"a"}, true).error().kind == Kind::instance_not_found);
  CHECK(world.nothing_to_fetch());
}

TEST_CASE("who has the token of an earlier incarnation reaches nobody",
          "[conformance][delete][tokens]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  schedule(world, {{2}});
  const ActivityReference old = reference_to(world, 2);
  delete_now(world, {"a"}, true).value();
  schedule(world, {{2}});
  CHECK(world.ask<Done>(*world.client, Heartbeat{old, "row 900"}).error().kind ==
        Kind::activity_not_found);
  const CompleteActivity late{old, work::ActivityCompleted{"a", 1, 2, "of old"}};
  CHECK(world.ask<Done>(*world.client, late).error().kind == Kind::activity_not_found);
  CHECK(world.nothing_to_fetch());
  CHECK_FALSE(world.fetch_work().at(0).progress);
}

TEST_CASE("a heartbeat of a deleted instance does not reach the next one of its id",
          "[conformance][delete][heartbeats]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  schedule(world, {{2}});
  const auto old = world.fetch_work().at(0);
  delete_now(world, {"a"}, true).value();
  schedule(world, {{2}});
  const auto late =
      world.ask<Done>(*world.worker, Heartbeat{{"a", 1, 2}, "row 900", old.lock_token});
  CHECK(late.error().kind == Kind::activity_not_found);
  const auto next = world.fetch_work().at(0);
  CHECK_FALSE(next.progress);
  world.ask<Done>(*world.worker, Heartbeat{{"a", 1, 2}, "row 1", next.lock_token}).value();
  CHECK(pending_activities(world).at(0).progress == "row 1");
}

TEST_CASE("the id of a deleted instance can be used again at once",
          "[conformance][delete][starts]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  const BusyInstance busy(world);
  // In one batch.
  const auto deleted = delete_soon(world, "a");
  const auto started = world.client->ask<Done>(EnqueueOrchestratorWork{start_item("a"), {}, false});
  world.run();
  REQUIRE(deleted.answer());
  REQUIRE(started.answer());
  const auto item = world.fetch_one();
  CHECK(item.execution_id == 1);
  CHECK(item.history_included);
  CHECK(item.history.empty());
  CHECK(item.messages == std::vector<WorkItem>{start_item("a")});
  // Nothing of the old one reaches the new one.
  CHECK(world.ack(ack_of(busy.turn)).error().kind == Kind::invalid_lock_token);
  world.ask<Done>(*world.timers, AckTimer{busy.due}).value();
  world.clock->advance(2h);
  CHECK(nothing_due(world));
  world.ack(ack_of(item)).value();
  CHECK(world.nothing_to_fetch());
  CHECK(ids_of(ask_for_work(world, *world.worker)).empty());
}

TEST_CASE("what runs is deleted by force alone", "[conformance][delete]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("a");
  const auto refused = delete_now(world, {"a"});
  CHECK(refused.error().kind == Kind::invalid_input);
  CHECK(refused.error().message.find("`a`") != std::string::npos);
  world.ack(complete_of(world.fetch_one())).value();
  CHECK(delete_now(world, {"a"}).value() == DeleteInstanceResult{1, 1, 1, 0});
}

TEST_CASE("of several instances all are deleted or none", "[conformance][delete]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  for (const auto* id : {"a", "b"}) {
    world.start(id);
    world.ack(complete_of(world.fetch_one())).value();
  }
  world.start("running");
  CHECK(delete_now(world, {"a", "unknown"}).error().kind == Kind::instance_not_found);
  CHECK(delete_now(world, {"a", "running"}).error().kind == Kind::invalid_input);
  CHECK(world.status("a").is_completed());
  CHECK(delete_now(world, {}).value() == DeleteInstanceResult{});
  CHECK(delete_now(world, {"a", "b", "a"}).value() == DeleteInstanceResult{2, 2, 2, 0});
  CHECK(world.status("b").is_not_found());
  CHECK(world.status("running").is_running());
}

TEST_CASE("a parent is deleted only with its children", "[conformance][delete][children]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("a");
  world.ack(ack_of(world.fetch_one())).value();
  world.enqueue(child_item("child", "a")).value();
  const auto refused = delete_now(world, {"a"}, true);
  CHECK(refused.error().kind == Kind::invalid_input);
  CHECK(refused.error().message.find("`child`") != std::string::npos);
  CHECK(delete_now(world, {"a", "child"}, true).value().instances_deleted == 2);
  CHECK(depths(world) == QueueDepths{});
}

TEST_CASE("an instance whose start is delayed is deleted with it",
          "[conformance][delete][timers]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.enqueue(start_item("a"), Milliseconds{1000}).value();
  world.raise("a", "Go");
  CHECK(delete_now(world, {"a"}, true).value() == DeleteInstanceResult{1, 1, 0, 2});
  CHECK(depths(world) == QueueDepths{});
  world.clock->advance(1s);
  CHECK(nothing_due(world));
}

TEST_CASE("a delayed message does not outlive its deleted instance",
          "[conformance][delete][timers]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("a");
  world.enqueue(raise_item("a", "Later"), Milliseconds{1000}).value();
  world.ack(complete_of(world.fetch_one())).value();
  CHECK(delete_now(world, {"a"}).value().queue_messages_deleted == 1);
  CHECK(depths(world).timer_queue == 0);
}

TEST_CASE("a delayed message that has been delivered is not counted again", "[delete][timers]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  world.enqueue(raise_item("a", "Later"), Milliseconds{1000}).value();
  world.clock->advance(1s);
  world.ask<Done>(*world.timers, AckTimer{world.due().value().lock_tokens}).value();
  CHECK(faulty.kv->snapshot()->count(Table::delayed) == 0);
  CHECK(delete_now(world, {"a"}, true).value().queue_messages_deleted == 2);
}

TEST_CASE("an instance whose history cannot be read is deleted all the same",
          "[corruption][delete]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  const auto before = dump(*faulty.kv);
  world.start("a");
  const auto item = world.fetch_one();
  const Timestamp soon = world.clock->now() + 1s;
  auto ack = ack_of(item, {started_event(), timer_event(soon)});
  ack.timers = {timer(item, 2, soon)};
  world.ack(ack).value();
  const auto row = storage::make_key(std::uint64_t{1}, std::uint64_t{1}, std::uint64_t{1});
  REQUIRE(faulty.kv->snapshot()->get(Table::history, row));
  faulty.kv->plant(Table::history, row, "not a history");
  CHECK(delete_now(world, {"a"}, true).value() == DeleteInstanceResult{1, 1, 2, 1});
  CHECK(dump(*faulty.kv) == before);
}

TEST_CASE("what was set aside goes with its instance", "[corruption][delete]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("other");
  world.ack(complete_of(world.fetch_one())).value();
  const auto before = dump(*faulty.kv);
  world.start("a");
  const auto inbox = storage::make_key(std::uint64_t{2}, std::uint64_t{0});
  REQUIRE(faulty.kv->snapshot()->get(Table::inbox, inbox));
  faulty.kv->plant(Table::inbox, inbox, "no message");
  CHECK(world.nothing_to_fetch());
  REQUIRE(faulty.kv->snapshot()->count(Table::set_aside) == 1);
  delete_now(world, {"a"}, true).value();
  CHECK(dump(*faulty.kv) == before);
}

TEST_CASE("a deletion that finds no room has deleted nothing", "[commit_failure][delete]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  const BusyInstance busy(world);
  const auto status = world.client->ask<Answer<OrchestrationStatus>>(WaitForStatus{"a", 1});
  world.run();
  const auto before = dump(*faulty.kv);
  faulty.kv->room = 0;
  CHECK(delete_now(world, {"a"}, true).error().kind == Kind::disk_full);
  faulty.kv->room = FaultyKv::endless;
  CHECK(dump(*faulty.kv) == before);
  CHECK_FALSE(status.answered());
  CHECK(world.status("a").is_running());
  end_pause(world);
  resume(world, PauseScope::of_instance("a")).value();
  // What was under way goes on.
  auto ack = ack_of(busy.turn);
  ack.stays_resident = true;
  world.ack(ack).value();
  const auto item = world.fetch_one();
  CHECK(item.instance == "a");
  CHECK_FALSE(item.history_included);
  CHECK(ids_of(ask_for_work(world, *world.worker)) == CallIds{4});
  CHECK(world.complete(busy.leased, "r"));
  world.ask<Done>(*world.timers, AckTimer{busy.due}).value();
}

TEST_CASE("whoever waits while a deletion is on its way learns of it", "[delete][waits]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("a");
  const auto deleted = delete_soon(world, "a");
  const auto status = world.client->ask<Answer<OrchestrationStatus>>(WaitForStatus{"a", 1});
  const auto value =
      world.client->ask<Answer<std::optional<StoredValue>>>(WaitForValue{"a", "k", 0, 2});
  world.run();
  REQUIRE(deleted.answer());
  CHECK(status.value().is_not_found());
  CHECK_FALSE(value.value());
}

TEST_CASE("a deleted instance stays so when the store is opened again", "[reopen][delete]") {
  auto first = std::make_unique<FaultyWorld>();
  const auto kv = first->kv;
  {
    const BusyInstance busy(first->world);
    delete_now(first->world, {"a"}, true).value();
  }
  FaultyWorld::crash(first);
  FaultyWorld second(kv);
  World& world = second.world;
  CHECK(world.nothing_to_fetch());
  CHECK(ids_of(ask_for_work(world, *world.worker)).empty());
  CHECK(depths(world) == QueueDepths{});
  world.start("a");
  CHECK(world.fetch_one().history.empty());
}

}  // namespace duroxide::delete_test
