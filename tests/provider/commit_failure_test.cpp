// What becomes of everybody when a commit fails, and when the store closes.

#include <algorithm>

#include <catch2/catch.hpp>

#include "provider/faulty_world.hpp"

namespace duroxide::commit_failure_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;

TEST_CASE("a failed commit is as if nothing had been asked", "[commit_failure]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  auto ack = ack_of(world.fetch_one());
  ack.stays_resident = true;
  ack.worker_items = {activity(OrchestrationItem{"a", "Test", "", 1, {}, true, 0, {}, 0, 1}, 2)};
  world.ack(ack).value();
  const auto work = world.fetch_work().at(0);
  world.raise("a", "Go");
  const auto turn = world.fetch_one();
  CHECK_FALSE(turn.history_included);

  faulty.kv->failures = 1;
  const auto start = world.client->ask<Done>(EnqueueOrchestratorWork{start_item("b"), {}, false});
  const auto wait = world.client->ask<Answer<OrchestrationStatus>>(WaitForStatus{"b", 1});
  const auto acked = world.dispatcher->ask<Done>(ack_of(turn));
  const auto completed =
      world.worker->ask<Done>(AckWorker{work.lock_token, work::ActivityCompleted{"a", 1, 2, "r"}});
  world.run();
  for (const auto& answer : {start, acked, completed}) {
    REQUIRE(answer.answered());
    CHECK(answer.error().kind == Kind::disk_full);
    CHECK(answer.error().retryable);
  }
  CHECK(acked.error().operation == "ack_orchestration_item");
  CHECK(wait.value().is_not_found());
  CHECK(world.status("b").is_not_found());
  CHECK(world.history("a").size() == 1);
  CHECK(world.ack(ack_of(turn)).error().kind == Kind::invalid_lock_token);

  // Handing out rests for a while, which the timer service is told.
  const auto fetch = world.fetch_later();
  const auto worker = world.worker->ask<Answer<WorkItems>>(DequeueWorkerPeekLock{1});
  world.run();
  CHECK_FALSE(fetch.answered());
  CHECK_FALSE(worker.answered());
  CHECK(world.due().value().next_due == world.clock->now() + 100ms);
  world.clock->advance(100ms);
  (void)world.timers->ask<Answer<DueTimers>>(DequeueTimerPeekLock{1, {}});
  world.run();
  REQUIRE(fetch.answered());
  CHECK(fetch.value().at(0).history_included);
  CHECK(fetch.value().at(0).messages == turn.messages);
  REQUIRE(worker.answered());
  CHECK(worker.value().at(0).item == work.item);
  CHECK(world.ack(ack_of(fetch.value().at(0))));
  CHECK(world.enqueue(start_item("b")));
}

TEST_CASE("who is refused for what is not durable yet learns whether it is",
          "[commit_failure][starts][delete]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  for (const bool fails : {true, false}) {
    INFO("the commit fails: " << fails);
    faulty.kv->failures = fails ? 1 : 0;
    const auto start = world.client->ask<Done>(EnqueueOrchestratorWork{start_item("b"), {}, false});
    const auto again = world.client->ask<Done>(EnqueueOrchestratorWork{start_item("b"), {}, false});
    const auto deletion = world.client->ask_writer<Answer<DeleteInstanceResult>>(
        management::DeleteInstances{{"a"}, true});
    const auto late =
        world.client->ask<Done>(EnqueueOrchestratorWork{raise_item("a", "Go"), {}, false});
    world.run();
    CHECK(start.answer().has_value() != fails);
    CHECK(again.error().kind == (fails ? Kind::disk_full : Kind::instance_already_exists));
    CHECK(again.error().operation == "enqueue_orchestrator_work");
    CHECK(deletion.answer().has_value() != fails);
    CHECK(late.error().kind == (fails ? Kind::disk_full : Kind::instance_not_found));
  }
}

TEST_CASE("the rest after failed commits doubles, and a success ends it", "[commit_failure]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  auto pause = 100ms;
  for (int i = 0; i < 8; ++i) {
    faulty.kv->failures = 1;
    CHECK_FALSE(world.enqueue(start_item("a")));
    CHECK(world.due().value().next_due == world.clock->now() + pause);
    world.clock->advance(pause);
    (void)world.timers->ask<Answer<DueTimers>>(DequeueTimerPeekLock{1, {}});
    world.run();
    pause = std::min(pause * 2, 5000ms);
  }
  CHECK(world.enqueue(start_item("a")));
  faulty.kv->failures = 1;
  CHECK_FALSE(world.enqueue(start_item("b")));
  CHECK(world.due().value().next_due == world.clock->now() + 100ms);
}

TEST_CASE("a timer whose ack failed is handed out again", "[commit_failure][timers]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  const auto item = world.fetch_one();
  auto ack = ack_of(item);
  ack.timers = {timer(item, 2, world.clock->now())};
  world.ack(ack).value();
  auto due = world.due().value();
  faulty.kv->failures = 1;
  CHECK_FALSE(world.ask<Done>(*world.timers, AckTimer{due.lock_tokens}));
  world.clock->advance(100ms);
  due = world.due().value();
  REQUIRE(due.lock_tokens.size() == 1);
  CHECK(world.ask<Done>(*world.timers, AckTimer{due.lock_tokens}));
  CHECK(world.fetch_one().messages.size() == 1);
}

TEST_CASE("a leased activity survives a failed commit that cancelled it",
          "[commit_failure][activities]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  const auto item = world.fetch_one();
  auto ack = ack_of(item);
  ack.worker_items = {activity(item, 2), activity(item, 3)};
  world.ack(ack).value();
  (void)world.fetch_work();
  world.raise("a", "Go");
  auto cancel = ack_of(world.fetch_one());
  cancel.cancelled_activities = {2, 3};
  faulty.kv->failures = 1;
  CHECK_FALSE(world.ack(cancel));
  world.clock->advance(100ms);
  (void)world.timers->ask<Answer<DueTimers>>(DequeueTimerPeekLock{1, {}});
  CHECK(world.fetch_work(5).size() == 2);
}

TEST_CASE("a commit for which there is no memory fails like any other", "[commit_failure]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  faulty.kv->failures = 1;
  faulty.kv->out_of_memory = true;
  const auto refused = world.enqueue(start_item("b"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == Kind::storage);
  CHECK(refused.error().retryable);
  CHECK(world.enqueue(start_item("b")));
  CHECK(world.status("a").is_running());
}

TEST_CASE("a failed sync stops the store", "[commit_failure]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  const auto wait = world.client->ask<Answer<OrchestrationStatus>>(WaitForStatus{"a", 1});
  const auto worker = world.worker->ask<Answer<WorkItems>>(DequeueWorkerPeekLock{1});
  const auto timers = world.timers->ask<Answer<DueTimers>>(DequeueTimerPeekLock{1, {}});
  faulty.kv->failures = 1;
  faulty.kv->failure_kind = Kind::storage;
  faulty.kv->fatal = true;
  CHECK(world.enqueue(start_item("b")).error().kind == Kind::storage);
  CHECK(wait.error().kind == Kind::closed);
  CHECK(worker.error().kind == Kind::closed);
  CHECK(timers.error().kind == Kind::closed);
  const auto refused = world.enqueue(start_item("c")).error();
  CHECK(refused.kind == Kind::closed);
  CHECK(refused.message.find("input/output error") != std::string::npos);
  CHECK(world.ask<Answer<Items>>(*world.dispatcher, FetchOrchestrationItem{1}).error().kind ==
        Kind::closed);
  CHECK(world.ask<Answer<OrchestrationStatus>>(*world.client, GetStatus{"a"}).error().kind ==
        Kind::closed);
}

TEST_CASE("closing answers everybody", "[commit_failure]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  const auto fetch = world.fetch_later(2);
  const auto more = world.fetch_later();
  const auto wait = world.client->ask<Answer<OrchestrationStatus>>(WaitForStatus{"a", 1});
  const auto ack = world.dispatcher->ask<Done>(ack_of(fetch.value().at(0)));
  world.system.step();
  world.system.step();
  world.store.reset();  // arrives behind what the two partners have sent
  world.run();
  CHECK(ack.answer());
  CHECK(more.error().kind == Kind::closed);
  CHECK(wait.error().kind == Kind::closed);
}

TEST_CASE("closing answers everybody, and frees the store, if its last commit fails for good",
          "[commit_failure]") {
  auto running = std::make_unique<FaultyWorld>();
  const auto kv = running->kv;
  World& world = running->world;
  const auto fetch = world.fetch_later();
  const auto work = world.worker->ask<Answer<WorkItems>>(DequeueWorkerPeekLock{1});
  world.run();
  kv->failures = 1;
  kv->fatal = true;
  const auto start = world.client->ask<Done>(EnqueueOrchestratorWork{start_item("a"), {}, true});
  world.system.step();
  world.store.reset();  // arrives behind what the partner has sent, before the commit
  world.run();
  CHECK_FALSE(start.answer());
  CHECK(work.error().kind == Kind::closed);
  CHECK(fetch.error().kind == Kind::closed);
  running.reset();
  CHECK(kv.use_count() == 1);
}

TEST_CASE("no delivery is made before its count is durable, whatever else arrives",
          "[commit_failure][activities]") {
  auto running = std::make_unique<FaultyWorld>();
  running->world.start("a");
  const auto kv = running->kv;
  FaultyWorld::crash(running);
  FaultyWorld again(kv);
  World& world = again.world;
  kv->failures = 1;
  const auto fetched = world.dispatcher->ask<Answer<Items>>(FetchOrchestrationItem{2});
  const auto raised =
      world.dispatcher->ask<Done>(EnqueueOrchestratorWork{raise_item("a", "Go"), {}, false});
  world.run();
  CHECK_FALSE(raised.answer());
  CHECK_FALSE(fetched.answered());
}

}  // namespace duroxide::commit_failure_test
