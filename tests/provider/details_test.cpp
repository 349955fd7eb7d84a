// One instance: its executions, and what the current one waits for.

#include <catch2/catch.hpp>

#include "provider/faulty_world.hpp"
#include "provider/world.hpp"
#include "storage/keys.hpp"

namespace duroxide::details_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;

namespace {

Event event_of(EventKind kind, Timestamp at) {
  return Event{0, 0, at, std::move(kind)};
}

Answer<std::optional<InstanceDetails>> ask_details(World& world, const std::string& id) {
  return world.manage<Answer<std::optional<InstanceDetails>>>(management::GetInstanceDetails{id});
}
InstanceDetails details(World& world, const std::string& id) {
  return ask_details(world, id).value().value();
}
Answer<ExecutionInfo> execution(World& world, const std::string& id, std::uint64_t number) {
  return world.manage<Answer<ExecutionInfo>>(management::GetExecutionInfo{id, number});
}

/// An instance that waits for one of everything.
void start_waiting(World& world) {
  world.start("a");
  const auto item = world.fetch_one();
  const auto now = world.clock->now();
  auto ack = ack_of(
      item,
      {event_of(event::OrchestrationStarted{"Test", "1.0.0", "input", {}, {}}, now),
       event_of(event::ActivityScheduled{"Charge", "5 euro", {}, {}}, now + 1ms),
       event_of(event::TimerCreated{now + 1h}, now + 2ms),
       event_of(event::ExternalSubscribed{"Go"}, now + 3ms),
       event_of(event::QueueSubscribed{"Orders"}, now + 4ms),
       event_of(event::SubOrchestrationScheduled{"Child", std::nullopt, "kid", "in"}, now + 5ms)});
  ack.worker_items = {activity(item, 2, "5 euro")};
  ack.worker_items.at(0).name = "Charge";
  ack.timers = {timer(item, 3, now + 1h)};
  ack.orchestrator_items = {start_item("kid", "Child", ParentLink{"a", 1, 6})};
  world.ack(ack).value();
}

}  // namespace

TEST_CASE("details tell what a running instance waits for", "[details]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  const auto now = world.clock->now();
  start_waiting(world);
  const auto found = details(world, "a");
  CHECK(found.summary.instance_id == "a");
  CHECK(found.summary.status == ExecutionStatus::running);
  REQUIRE(found.executions.size() == 1);
  CHECK(found.executions.at(0).execution_id == 1);
  CHECK(found.executions.at(0).event_count == 6);
  CHECK(found.executions.at(0).started_at == now);
  CHECK_FALSE(found.executions.at(0).completed_at);
  CHECK_FALSE(found.executions.at(0).duration_ms);
  REQUIRE(found.current_execution);
  const auto& current = *found.current_execution;
  CHECK(current.execution_id == 1);
  CHECK(current.status == ExecutionStatus::running);
  CHECK(current.last_event_at == now + 5ms);
  REQUIRE(current.pending_activities.size() == 1);
  CHECK(current.pending_activities.at(0).correlation_id == 2);
  CHECK(current.pending_activities.at(0).name == "Charge");
  CHECK(current.pending_activities.at(0).input == "5 euro");
  CHECK(current.pending_activities.at(0).scheduled_at == now + 1ms);
  REQUIRE(current.pending_timers.size() == 1);
  CHECK(current.pending_timers.at(0).correlation_id == 3);
  CHECK(current.pending_timers.at(0).fire_at == now + 1h);
  CHECK(current.pending_timers.at(0).scheduled_at == now + 2ms);
  CHECK(current.pending_timers.at(0).delay_ms == 3'599'998);
  REQUIRE(current.pending_events.size() == 2);
  CHECK(current.pending_events.at(0).name == "Go");
  CHECK(current.pending_events.at(0).subscribed_at == now + 3ms);
  CHECK_FALSE(current.pending_events.at(0).is_queue);
  CHECK(current.pending_events.at(1).name == "Orders");
  CHECK(current.pending_events.at(1).is_queue);
  REQUIRE(current.pending_children.size() == 1);
  CHECK(current.pending_children.at(0).instance == "kid");
  CHECK(current.pending_children.at(0).name == "Child");
  CHECK(current.pending_children.at(0).correlation_id == 6);
  CHECK(current.pending_children.at(0).scheduled_at == now + 5ms);
}

TEST_CASE("what has ended is not pending, even before the instance hears of it", "[details]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  start_waiting(world);
  const auto current = [&] { return details(world, "a").current_execution.value(); };

  world.complete(world.fetch_work().at(0), "paid").value();
  CHECK(current().pending_activities.empty());

  const auto child = world.fetch(2);
  for (const auto& item : child) {
    if (item.instance == "kid") {
      auto done = complete_of(item);
      done.orchestrator_items = {work::SubOrchCompleted{"a", 1, 6, "done"}};
      world.ack(done).value();
    }
  }
  CHECK(current().pending_children.empty());

  world.clock->advance(1h);
  const auto due = world.due().value();
  REQUIRE(due.lock_tokens.size() == 1);
  world.ask<Done>(*world.timers, AckTimer{due.lock_tokens}).value();
  CHECK(current().pending_timers.empty());
  CHECK(current().pending_events.size() == 2);
}

TEST_CASE("an instance that has ended has no current execution", "[details]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  const auto created = world.clock->now();
  world.start("a");
  world.clock->advance(2s);
  world.ack(continue_of(world.fetch_one(), "again")).value();
  world.clock->advance(3s);
  world.ack(complete_of(world.fetch_one(), "out")).value();
  const auto found = details(world, "a");
  CHECK_FALSE(found.current_execution);
  CHECK(found.summary.execution_count == 2);
  REQUIRE(found.executions.size() == 2);
  CHECK(found.executions.at(0).execution_id == 1);
  CHECK(found.executions.at(0).status == ExecutionStatus::continued_as_new);
  CHECK(found.executions.at(0).started_at == created);
  CHECK(found.executions.at(0).completed_at == created + 2s);
  CHECK(found.executions.at(0).duration_ms == 2000U);
  CHECK(found.executions.at(1).status == ExecutionStatus::completed);
  CHECK(found.executions.at(1).duration_ms == 3000U);
}

TEST_CASE("an instance that has not begun waits for nothing yet", "[details]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("a");
  const auto found = details(world, "a");
  REQUIRE(found.current_execution);
  CHECK(found.current_execution->pending_activities.empty());
  CHECK(found.current_execution->last_event_at == world.clock->now());
  CHECK_FALSE(ask_details(world, "unknown").value().has_value());
}

TEST_CASE("details of a history that cannot be read say so beside what can be", "[details]") {
  FaultyWorld faulty;
  faulty.world.start("a");
  faulty.world.ack(ack_of(faulty.world.fetch_one())).value();
  const auto key = storage::make_key(std::uint64_t{1}, std::uint64_t{1}, std::uint64_t{1});
  faulty.kv->plant(storage::Table::history, key, "rubbish");
  const auto found = details(faulty.world, "a");
  CHECK(found.summary.instance_id == "a");
  CHECK_FALSE(found.current_execution);
  REQUIRE(found.damage);
  CHECK(found.damage->find("history") != std::string::npos);
}

TEST_CASE("each execution tells its outcome", "[details]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("a");
  auto ack = continue_of(world.fetch_one(), "next input");
  ack.events = {started_event(),
                Event{2, 0, world.clock->now(),
                      event::OrchestrationContinuedAsNew{"next input", std::nullopt}}};
  world.ack(ack).value();
  const auto first = execution(world, "a", 1).value();
  CHECK(first.status == ExecutionStatus::continued_as_new);
  CHECK(first.output == "next input");
  CHECK(first.version == "1.0.0");
  CHECK(first.event_count == 2);
  CHECK(first.completed_at);

  const auto running = execution(world, "a", 2).value();
  CHECK(running.status == ExecutionStatus::running);
  CHECK(running.execution_id == 2);
  CHECK_FALSE(running.output);
  CHECK_FALSE(running.completed_at);

  world.ack(fail_of(world.fetch_one(), "no money")).value();
  const auto failed = execution(world, "a", 2).value();
  CHECK(failed.status == ExecutionStatus::failed);
  CHECK(failed.output == "no money");
  CHECK(execution(world, "a", 3).error().kind == Kind::invalid_input);
  CHECK(execution(world, "b", 1).error().kind == Kind::instance_not_found);

  world.start("c");
  world.ack(complete_of(world.fetch_one(), "")).value();
  CHECK(execution(world, "c", 1).value().output == "");
}

}  // namespace duroxide::details_test
