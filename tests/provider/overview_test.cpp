// Counts over the whole store: by status, metrics, health.

#include <thread>

#include <catch2/catch.hpp>

#include "provider/population.hpp"
#include "provider/world.hpp"

namespace duroxide::overview_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using storage::Readers;

namespace {

InstanceCounts counts(World& world) {
  return world.manage<Answer<InstanceCounts>>(management::GetInstanceCounts{}).value();
}
SystemMetrics metrics(World& world) {
  return world.manage<Answer<SystemMetrics>>(management::GetSystemMetrics{}).value();
}
SystemHealth health(World& world) {
  return world.manage<Answer<SystemHealth>>(management::GetSystemHealth{}).value();
}

}  // namespace

TEST_CASE("instances are counted by status", "[overview]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  CHECK(counts(world) == InstanceCounts{});
  for (const auto* id : {"a", "b", "c", "d"}) {
    world.start(id);
  }
  CHECK(counts(world) == InstanceCounts{4, 4, 0, 0});
  const auto items = world.fetch(3);
  world.ack(complete_of(items.at(0))).value();
  world.ack(fail_of(items.at(1))).value();
  world.ack(continue_of(items.at(2))).value();
  CHECK(counts(world) == InstanceCounts{4, 2, 1, 1});
  CHECK_FALSE(world.enqueue(start_item("a")).has_value());
  CHECK(counts(world).total == 4);
}

TEST_CASE("metrics count what the store holds", "[overview]") {
  const auto backend = GENERATE(Backend::memory, Backend::lmdb);
  World world(backend);
  world.start("a");
  world.start("b");
  world.start("c");
  world.enqueue(start_item("later"), 1h).value();
  const auto items = world.fetch(3);
  world.ack(continue_of(items.at(0))).value();
  world.ack(fail_of(items.at(1))).value();
  auto ack = ack_of(items.at(2), {started_event(), scheduled_event(2)});
  ack.worker_items = {activity(items.at(2), 2)};
  world.ack(ack).value();
  const auto found = metrics(world);
  CHECK(found.total_instances == 4);
  CHECK(found.running_instances == 3);
  CHECK(found.completed_instances == 0);
  CHECK(found.failed_instances == 1);
  CHECK(found.total_executions == 5);
  CHECK(found.total_events == 4);
  CHECK(found.queues == QueueDepths{1, 1, 1});
  CHECK(found.quarantined == 0);
  CHECK(found.readers == 0);
  CHECK(found.oldest_reader_age == 0ms);
  CHECK((found.store_bytes > 0) == (backend == Backend::lmdb));

  const auto work = world.fetch_work().at(0);
  world.ask<Done>(*world.worker, AbandonWorker{work.lock_token, {}, false, {}, "poison"}).value();
  CHECK(metrics(world).quarantined == 1);
}

TEST_CASE("a snapshot is a reader as long as it is held", "[overview]") {
  const Tables tables(GENERATE(Backend::memory, Backend::lmdb));
  CHECK(tables.kv->use().readers == 0);
  auto first = tables.kv->snapshot();
  std::uint64_t of_both = 0;
  std::thread([&] {
    const auto second = tables.kv->snapshot();
    of_both = tables.kv->use().readers;
  }).join();
  CHECK(of_both == 2);
  CHECK(tables.kv->use().readers == 1);
  first.reset();
  CHECK(tables.kv->use().readers == 0);
  CHECK(tables.kv->use().oldest_reader_age == 0ms);
  const auto writers_own = tables.kv->writer_view();
  CHECK(tables.kv->use().readers == 0);
}

TEST_CASE("the oldest reader is the one that entered first", "[overview]") {
  Readers readers;
  const Readers::Time start{std::chrono::hours(1)};
  const auto age = [&](Readers::Time now) {
    storage::StoreUse use;
    readers.describe(use, now);
    return use.oldest_reader_age;
  };
  const auto first = readers.enter(start);
  const auto second = readers.enter(start + 3s);
  CHECK(age(start + 5s) == 5s);
  readers.leave(first);
  CHECK(age(start + 5s) == 2s);
  readers.leave(second);
  CHECK(age(start + 5s) == 0s);
}

TEST_CASE("readers beyond those that can be told apart do no harm", "[overview]") {
  Readers readers;
  std::vector<Readers::Slot> slots;
  for (std::size_t i = 0; i < Readers::most + 2; ++i) {
    slots.push_back(readers.enter());
  }
  storage::StoreUse use;
  readers.describe(use);
  CHECK(use.readers == Readers::most);
  for (const auto slot : slots) {
    readers.leave(slot);
  }
  storage::StoreUse after;
  readers.describe(after);
  CHECK(after.readers == 0);
}

TEST_CASE("health tells what runs long and what failed of late", "[overview]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  CHECK(health(world).health_score == 100);  // nothing has gone wrong
  world.start("old");
  world.start("failed long ago");
  auto items = world.fetch(2);
  world.ack(fail_of(items.at(1))).value();
  world.clock->advance(24h);
  CHECK(health(world).long_running_instances == 0);
  world.clock->advance(1ms);
  CHECK(health(world).long_running_instances == 1);
  for (const auto* id : {"a", "b", "c", "d"}) {
    world.start(id);
  }
  world.ack(ack_of(items.at(0))).value();  // it has changed, but is as old as before
  items = world.fetch(4);
  world.ack(fail_of(items.at(0))).value();
  for (std::size_t i = 1; i < 4; ++i) {
    world.ack(complete_of(items.at(i))).value();
  }
  world.clock->advance(1h);
  const auto found = health(world);
  CHECK(found.total_instances == 6);
  CHECK(found.running_instances == 1);
  CHECK(found.completed_instances == 3);
  CHECK(found.failed_instances == 2);
  CHECK(found.long_running_instances == 1);
  CHECK(found.recent_failures == 1);
  CHECK(found.health_score == 60);  // 3 of 5
  CHECK(found.health_explanation ==
        "3 of the 5 instances that ended completed, 2 failed, 1 in the last hour; not counted: 1 "
        "running, 0 cancelled");
  world.clock->advance(1ms);
  CHECK(health(world).recent_failures == 0);
}

TEST_CASE("what was cancelled or runs does not lower the score", "[overview]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  for (const auto* id : {"a", "b", "c", "d", "e", "f"}) {
    world.start(id);
  }
  const auto items = world.fetch(6);
  world.ack(complete_of(items.at(0))).value();
  for (std::size_t i : {1U, 2U}) {
    auto cancelled = fail_of(items.at(i), "enough");
    cancelled.metadata.failure->kind = ErrorKind::cancelled;
    world.ack(cancelled).value();
  }
  CHECK(health(world).health_score == 100);
  world.ack(fail_of(items.at(3))).value();
  const auto found = health(world);
  CHECK(found.health_score == 50);
  CHECK(found.failed_instances == 1);
  CHECK(found.cancelled_instances == 2);
  CHECK(found.recent_failures == 1);
  CHECK(found.running_instances == 2);
  CHECK(found.health_explanation ==
        "1 of the 2 instances that ended completed, 1 failed, 1 in the last hour; not counted: 2 "
        "running, 2 cancelled");
}

TEST_CASE("the score is not below zero", "[overview]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("a");
  world.ack(fail_of(world.fetch_one())).value();
  CHECK(health(world).health_score == 0);
  world.start("b");
  world.start("c");
  for (const auto& item : world.fetch(2)) {
    world.ack(complete_of(item)).value();
  }
  CHECK(health(world).health_score == 66);
}

TEST_CASE("what runs long is counted across blocks of numbers", "[overview]") {
  const Tables tables(GENERATE(Backend::memory, Backend::lmdb));
  Population population(tables.kv, 21);
  population.change(400);
  const auto listed = population.reads().list({});
  const auto now = listed.at(listed.size() / 2).created_at + 24h;
  population.clock->advance(now - population.clock->now());
  std::uint64_t running = 0;
  for (const auto& [number, record] : population.living) {
    running += record.status == ExecutionStatus::running && record.created_at < now - 24h ? 1 : 0;
  }
  REQUIRE(running > 0);
  CHECK(population.reads().health().long_running_instances == running);
}

}  // namespace duroxide::overview_test
