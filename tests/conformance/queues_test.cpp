// What every provider must do with the worker queue, the timer queue and delayed messages.

#include <catch2/catch.hpp>

#include "conformance/world.hpp"

namespace duroxide::conformance_queues_test {

using namespace duroxide::provider;
using namespace duroxide::conformance;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;

namespace {

/// Starts `a` and has its first turn schedule activities 2, 3, … `last`.
OrchestrationItem start_with_activities(World& world, std::uint64_t last) {
  world.start("a");
  const auto item = world.fetch_one();
  auto ack = ack_of(item);
  for (std::uint64_t id = 2; id <= last; ++id) {
    ack.worker_items.push_back(activity(item, id));
  }
  world.ack(ack).value();
  return item;
}

Pending<Answer<WorkItems>> park_worker(World& world, std::uint64_t max_items = 1) {
  auto pending = world.worker->ask<Answer<WorkItems>>(DequeueWorkerPeekLock{max_items});
  world.run();
  return pending;
}

}  // namespace

TEST_CASE("activities come first in, first out, each to one worker", "[conformance][activities]") {
  World world(DUROXIDE_EVERY_STORE);
  start_with_activities(world, 6);
  std::vector<std::uint64_t> ids;
  for (const auto& items : {world.fetch_work(2), world.fetch_work(10)}) {
    for (const auto& item : items) {
      ids.push_back(item.item.id);
      CHECK(item.attempt_count == 1);
    }
  }
  CHECK(ids == std::vector<std::uint64_t>{2, 3, 4, 5, 6});
  CHECK_FALSE(park_worker(world).answered());
}

TEST_CASE("a waiting worker gets an activity when it is committed", "[conformance][activities]") {
  World world(DUROXIDE_EVERY_STORE);
  const auto parked = park_worker(world, 5);
  CHECK_FALSE(parked.answered());
  start_with_activities(world, 3);
  REQUIRE(parked.answered());
  CHECK(parked.value().size() == 2);
}

TEST_CASE("a completion takes the activity out and reaches the instance",
          "[conformance][activities][management]") {
  World world(DUROXIDE_EVERY_STORE);
  start_with_activities(world, 3);
  const auto items = world.fetch_work(2);
  world.complete(items.at(0), "r").value();
  CHECK(world.fetch_one().messages ==
        std::vector<WorkItem>{work::ActivityCompleted{"a", 1, 2, "r"}});
  CHECK(world.complete(items.at(0), "again").error().kind == Kind::invalid_lock_token);
  CHECK(world.ask<Done>(*world.worker, AckWorker{items.at(1).lock_token, {}}));
  CHECK(world.manage<Answer<QueueDepths>>(management::GetQueueDepths{}).value().worker_queue == 0);
  CHECK(world.nothing_to_fetch());
}

TEST_CASE("a completion for nobody is dropped", "[conformance][activities][messages][management]") {
  World world(DUROXIDE_EVERY_STORE);
  start_with_activities(world, 2);
  const auto item = world.fetch_work().at(0);
  world.raise("a", "End");
  world.ack(complete_of(world.fetch_one())).value();
  CHECK(world.complete(item, "late"));
  CHECK(world.nothing_to_fetch());
  CHECK(world.manage<Answer<QueueDepths>>(management::GetQueueDepths{}).value() == QueueDepths{});
}

TEST_CASE("an activity that completes with something else is refused",
          "[conformance][activities]") {
  World world(DUROXIDE_EVERY_STORE);
  start_with_activities(world, 2);
  const auto item = world.fetch_work().at(0);
  CHECK(world.ask<Done>(*world.worker, AckWorker{item.lock_token, raise_item("a", "X")})
            .error()
            .kind == Kind::invalid_input);
  CHECK(world.complete(item, "r"));
}

TEST_CASE("an abandoned activity is handed out again and counted",
          "[conformance][activities][poison]") {
  World world(DUROXIDE_EVERY_STORE);
  start_with_activities(world, 2);
  auto item = world.fetch_work().at(0);
  CHECK(world.ask<Done>(*world.worker, AbandonWorker{item.lock_token, {}, false, {}, {}}));
  CHECK(world.complete(item, "late").error().kind == Kind::invalid_lock_token);
  item = world.fetch_work().at(0);
  CHECK(item.attempt_count == 2);
  CHECK(world.ask<Done>(*world.worker, AbandonWorker{item.lock_token, {}, true, {}, {}}));
  item = world.fetch_work().at(0);
  CHECK(item.attempt_count == 2);

  CHECK(world.ask<Done>(*world.worker, AbandonWorker{item.lock_token, 10s, false, {}, {}}));
  const auto parked = park_worker(world);
  CHECK_FALSE(parked.answered());
  CHECK(world.due().value().next_due == world.clock->now() + 10s);
  world.clock->advance(10s);
  (void)world.timers->ask<Answer<DueTimers>>(DequeueTimerPeekLock{1, {}});
  world.run();
  REQUIRE(parked.answered());
  CHECK(parked.value().at(0).attempt_count == 3);
}

TEST_CASE("a cancelled activity is gone, running or not",
          "[conformance][activities][cancellation]") {
  World world(DUROXIDE_EVERY_STORE);
  start_with_activities(world, 4);
  const auto running = world.fetch_work().at(0);
  REQUIRE(running.item.id == 2);
  world.raise("a", "Go");
  auto ack = ack_of(world.fetch_one());
  ack.cancelled_activities = {2, 3, 99};
  world.ack(ack).value();
  CHECK(world.complete(running, "late").error().kind == Kind::invalid_lock_token);
  CHECK(world.ask<Done>(*world.worker, AbandonWorker{running.lock_token, {}, false, {}, {}})
            .error()
            .kind == Kind::invalid_lock_token);
  const auto rest = world.fetch_work(5);
  REQUIRE(rest.size() == 1);
  CHECK(rest.at(0).item.id == 4);
}

TEST_CASE("an activity scheduled and cancelled in one turn never runs",
          "[conformance][activities][cancellation]") {
  World world(DUROXIDE_EVERY_STORE);
  const auto parked = park_worker(world, 5);
  world.start("a");
  const auto item = world.fetch_one();
  auto ack = ack_of(item);
  ack.worker_items = {activity(item, 2), activity(item, 3)};
  ack.cancelled_activities = {2};
  world.ack(ack).value();
  REQUIRE(parked.answered());
  REQUIRE(parked.value().size() == 1);
  CHECK(parked.value().at(0).item.id == 3);
}

TEST_CASE("timers come due by the clock", "[conformance][timers]") {
  World world(DUROXIDE_EVERY_STORE);
  const auto now = world.clock->now();
  world.start("a");
  const auto item = world.fetch_one();
  auto ack = ack_of(item);
  ack.timers = {timer(item, 2, now + 20s), timer(item, 3, now + 10s), timer(item, 4, now - 1h)};
  ack.cancelled_timers = {{5, now + 5s}};
  world.ack(ack).value();

  auto due = world.due().value();
  REQUIRE(due.lock_tokens.size() == 1);
  CHECK(due.next_due == now + 10s);
  world.ask<Done>(*world.timers, AckTimer{due.lock_tokens}).value();
  CHECK(world.fetch_one().messages == std::vector<WorkItem>{work::TimerFired{"a", 1, 4, now - 1h}});
  CHECK(world.ask<Done>(*world.timers, AckTimer{due.lock_tokens}).error().kind ==
        Kind::invalid_lock_token);

  const auto parked = world.timers->ask<Answer<DueTimers>>(DequeueTimerPeekLock{10, now + 10s});
  world.run();
  CHECK_FALSE(parked.answered());
  world.clock->advance(10s);
  due = world.due(now + 10s).value();
  CHECK(parked.value().lock_tokens.empty());  // a newer request ends the older one
  CHECK(due.lock_tokens.size() == 1);
  CHECK(due.next_due == now + 20s);
}

TEST_CASE("a parked timer service hears of an earlier timer", "[conformance][timers]") {
  World world(DUROXIDE_EVERY_STORE);
  const auto now = world.clock->now();
  const auto parked = world.timers->ask<Answer<DueTimers>>(DequeueTimerPeekLock{10, {}});
  world.start("a");
  CHECK_FALSE(parked.answered());
  world.ask<Done>(*world.client, EnqueueTimerWork{work::TimerFired{"a", 1, 9, now + 3s}}).value();
  REQUIRE(parked.answered());
  CHECK(parked.value().lock_tokens.empty());
  CHECK(parked.value().next_due == now + 3s);
  CHECK(world.ask<Done>(*world.client, EnqueueTimerWork{work::TimerFired{"b", 1, 9, now}})
            .error()
            .kind == Kind::instance_not_found);
}

TEST_CASE("a timer from outside fires at its time, once", "[conformance][timers]") {
  World world(DUROXIDE_EVERY_STORE);
  const auto now = world.clock->now();
  world.start("a");
  world.ack(ack_of(world.fetch_one())).value();
  world.ask<Done>(*world.client, EnqueueTimerWork{work::TimerFired{"a", 1, 9, now + 3s}}).value();
  CHECK(world.due().value().lock_tokens.empty());
  CHECK(world.nothing_to_fetch());
  world.clock->advance(3s);
  const auto due = world.due().value().lock_tokens;
  REQUIRE(due.size() == 1);
  world.ask<Done>(*world.timers, AckTimer{due}).value();
  CHECK(world.fetch_one().messages == std::vector<WorkItem>{work::TimerFired{"a", 1, 9, now + 3s}});
  CHECK(world.ask<Done>(*world.timers, AckTimer{due}).error().kind == Kind::invalid_lock_token);
}

TEST_CASE("a cancelled timer never fires", "[conformance][cancellation][timers]") {
  World world(DUROXIDE_EVERY_STORE);
  const auto due_at = world.clock->now() + 1s;
  world.start("a");
  const auto item = world.fetch_one();
  auto ack = ack_of(item);
  ack.timers = {timer(item, 2, due_at), timer(item, 3, due_at)};
  world.ack(ack).value();
  world.clock->advance(1s);
  const bool leased = GENERATE(false, true);
  std::vector<LockToken> tokens;
  if (leased) {
    tokens = world.due().value().lock_tokens;
  }
  world.raise("a", "Go");
  auto second = ack_of(world.fetch_one());
  second.cancelled_timers = {{2, due_at}};
  world.ack(second).value();
  if (!leased) {
    tokens = world.due().value().lock_tokens;
    CHECK(tokens.size() == 1);
  }
  world.ask<Done>(*world.timers, AckTimer{tokens}).value();
  CHECK(world.fetch_one().messages == std::vector<WorkItem>{work::TimerFired{"a", 1, 3, due_at}});
}

TEST_CASE("a timer of an earlier execution or an ended instance is dropped",
          "[conformance][timers]") {
  World world(DUROXIDE_EVERY_STORE);
  const bool ends = GENERATE(false, true);
  world.start("a");
  const auto item = world.fetch_one();
  auto ack = ends ? complete_of(item) : continue_of(item);
  ack.timers = {timer(item, 2, world.clock->now())};
  world.ack(ack).value();
  if (!ends) {
    world.ack(ack_of(world.fetch_one())).value();
  }
  const auto due = world.due().value();
  REQUIRE(due.lock_tokens.size() == 1);
  world.ask<Done>(*world.timers, AckTimer{due.lock_tokens}).value();
  CHECK(world.nothing_to_fetch());
}

TEST_CASE("leased timers return when their holder lets go", "[conformance][timers]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  const auto item = world.fetch_one();
  auto ack = ack_of(item);
  ack.timers = {timer(item, 2, world.clock->now())};
  world.ack(ack).value();
  const auto due = world.due().value();
  REQUIRE(due.lock_tokens.size() == 1);
  world.ask<Done>(*world.timers, ReleaseHolder{}).value();
  CHECK(world.ask<Done>(*world.timers, AckTimer{due.lock_tokens}).error().kind ==
        Kind::invalid_lock_token);
  CHECK(world.due().value().lock_tokens.size() == 1);
}

TEST_CASE("a delayed start is listed at once and runs later",
          "[conformance][timers][starts][management]") {
  World world(DUROXIDE_EVERY_STORE);
  CHECK(world.ask<bool>(*world.client, SupportsDelayedVisibility{}));
  const auto now = world.clock->now();
  world.enqueue(start_item("a"), 60s).value();
  CHECK(world.status("a").is_running());
  CHECK(world.enqueue(start_item("a")).error().kind == Kind::instance_already_exists);
  world.raise("a", "Early");
  CHECK(world.nothing_to_fetch());
  CHECK(world.due().value().next_due == now + 60s);

  SECTION("when its time has come") {
    world.clock->advance(60s);
    world.ask<Done>(*world.timers, AckTimer{world.due().value().lock_tokens}).value();
    CHECK(world.fetch_one().messages ==
          std::vector<WorkItem>{start_item("a"), raise_item("a", "Early")});
  }
  SECTION("or at once if it is only to be cancelled") {
    world.enqueue(work::CancelInstance{"a", "changed my mind"}).value();
    const auto messages = world.fetch_one().messages;
    REQUIRE(messages.size() == 3);
    CHECK(messages.at(0) == start_item("a"));
    CHECK(messages.at(2) == WorkItem{work::CancelInstance{"a", "changed my mind"}});
    CHECK(world.manage<Answer<QueueDepths>>(management::GetQueueDepths{}).value().timer_queue == 0);
  }
}

TEST_CASE("a delayed message arrives later, after those before it",
          "[conformance][messages][timers]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  world.ack(ack_of(world.fetch_one())).value();
  world.enqueue(raise_item("a", "Late"), 5s).value();
  CHECK(world.nothing_to_fetch());
  world.clock->advance(5s);
  world.raise("a", "Prompt");
  world.ask<Done>(*world.timers, AckTimer{world.due().value().lock_tokens}).value();
  CHECK(world.fetch_one().messages ==
        std::vector<WorkItem>{raise_item("a", "Prompt"), raise_item("a", "Late")});
}

TEST_CASE("an endless delay is a delay", "[conformance][timers]") {
  World world(DUROXIDE_EVERY_STORE);
  world.enqueue(start_item("a"), Milliseconds::max()).value();
  CHECK(world.due().value().next_due == Timestamp::max());
}

}  // namespace duroxide::conformance_queues_test
