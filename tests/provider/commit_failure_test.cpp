// What becomes of everybody when the disk is full, when a commit fails, and when the store closes.

#include <algorithm>

#include <catch2/catch.hpp>

#include "provider/faulty_world.hpp"

namespace duroxide::commit_failure_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;

TEST_CASE("what finds no room is refused alone, and what was staged before it is committed",
          "[commit_failure]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  const auto start = [&](const std::string& id, std::size_t bytes) {
    return world.client->ask<Done>(EnqueueOrchestratorWork{
        work::StartOrchestration{id, "T", std::string(bytes, 'x'), {}, {}}, {}, false});
  };
  world.start("a");
  faulty.kv->commits = 0;
  faulty.kv->room = 200'000;
  const auto first = start("first", 100'000);
  const auto large = start("large", 100'000);
  const auto wait = world.client->ask<Answer<OrchestrationStatus>>(WaitForStatus{"large", 1});
  const auto second = start("second", 1'000);
  world.run();
  CHECK(first.answer());
  CHECK(second.answer());
  CHECK(faulty.kv->commits == 1);
  CHECK(large.error().kind == Kind::disk_full);
  CHECK(large.error().retryable);
  CHECK(large.error().operation == "enqueue_orchestrator_work");
  CHECK(wait.value().is_not_found());
  CHECK(world.status("large").is_not_found());
  CHECK(world.status("second").is_running());
  // It makes no difference to others: what is there is handed out.
  CHECK(world.fetch(5).size() == 3);
  faulty.kv->room = FaultyKv::endless;
  CHECK(start("large", 100'000).answered() == false);
  world.run();
  CHECK(world.status("large").is_running());
}

TEST_CASE("a full disk refuses what changes anything, is read, and takes it again",
          "[commit_failure][activities]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  auto ack = ack_of(world.fetch_one(), {started_event()});
  ack.stays_resident = true;
  ack.worker_items = {activity(OrchestrationItem{"a", "Test", "", 1, {}, true, 0, {}, 0, 1}, 2)};
  world.ack(ack).value();
  const auto work = world.fetch_work().at(0);
  CHECK(work.attempt_count == 1);
  world.raise("a", "Go");
  const auto turn = world.fetch_one();
  CHECK_FALSE(turn.history_included);

  faulty.kv->room = 0;
  const auto start = world.client->ask<Done>(EnqueueOrchestratorWork{start_item("b"), {}, false});
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
  CHECK(world.status("a").is_running());
  CHECK(world.history("a").size() == 1);
  // What was refused is void: its sender has made too much of what is on the disk.
  CHECK(world.ack(ack_of(turn)).error().kind == Kind::invalid_lock_token);

  // Handing out rests for a while, which the timer service is told.
  const auto fetch = world.fetch_later();
  const auto worker = world.worker->ask<Answer<WorkItems>>(DequeueWorkerPeekLock{1});
  world.run();
  CHECK_FALSE(fetch.answered());
  CHECK_FALSE(worker.answered());
  CHECK(world.due().value().next_due == world.clock->now() + 100ms);
  faulty.kv->room = FaultyKv::endless;
  world.clock->advance(100ms);
  (void)world.timers->ask<Answer<DueTimers>>(DequeueTimerPeekLock{1, {}});
  world.run();
  // Then each is handed out again, once, and counted as if it had not been.
  REQUIRE(fetch.answered());
  CHECK(fetch.value().at(0).history_included);
  CHECK(fetch.value().at(0).messages == turn.messages);
  CHECK(fetch.value().at(0).attempt_count == 1);
  REQUIRE(worker.answered());
  CHECK(worker.value().at(0).item == work.item);
  CHECK(worker.value().at(0).attempt_count == 1);
  CHECK(world.ack(ack_of(fetch.value().at(0))));
  CHECK(world.complete(worker.value().at(0), "r"));
  CHECK(world.fetch_one().messages.size() == 1);
  CHECK(world.enqueue(start_item("b")));
}

TEST_CASE("who holds something can give it back on a full disk", "[commit_failure][activities]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  auto ack = ack_of(world.fetch_one(), {started_event()});
  ack.worker_items = {activity(OrchestrationItem{"a", "Test", "", 1, {}, true, 0, {}, 0, 1}, 2)};
  world.ack(ack).value();
  world.raise("a", "Go");
  const auto turn = world.fetch_one();
  const auto work = world.fetch_work().at(0);
  faulty.kv->room = 0;
  const bool at_once = GENERATE(true, false);
  if (at_once) {
    world.dispatcher->die();
    world.worker->die();
    world.run();
  } else {
    (void)world.abandon(turn.lock_token);
    (void)world.ask<Done>(*world.worker, AbandonWorker{work.lock_token, 10ms, false, {}, {}});
  }
  faulty.kv->room = FaultyKv::endless;
  world.clock->advance(10s);
  (void)world.timers->ask<Answer<DueTimers>>(DequeueTimerPeekLock{1, {}});
  world.run();
  const auto again =
      world.ask<Answer<Items>>(*world.client, FetchOrchestrationItem{1}).value().at(0);
  CHECK(again.messages == turn.messages);
  CHECK(again.attempt_count == 1);
  const auto more = world.ask<Answer<WorkItems>>(*world.client, DequeueWorkerPeekLock{1}).value();
  REQUIRE(more.size() == 1);
  CHECK(more.at(0).item == work.item);
}

TEST_CASE("who is refused for what is not durable yet learns whether it is",
          "[commit_failure][starts][delete]") {
  for (const bool fails : {true, false}) {
    INFO("the commit fails: " << fails);
    FaultyWorld faulty;
    World& world = faulty.world;
    world.start("a");
    faulty.kv->failures = fails ? 1 : 0;
    const auto start = world.client->ask<Done>(EnqueueOrchestratorWork{start_item("b"), {}, false});
    const auto again = world.client->ask<Done>(EnqueueOrchestratorWork{start_item("b"), {}, false});
    const auto deletion =
        ask_writer<Answer<DeleteInstanceResult>>(world, management::DeleteInstances{{"a"}, true});
    const auto late =
        world.client->ask<Done>(EnqueueOrchestratorWork{raise_item("a", "Go"), {}, false});
    world.run();
    CHECK(start.answer().has_value() != fails);
    CHECK(again.error().kind == (fails ? Kind::storage : Kind::instance_already_exists));
    CHECK(again.error().operation == "enqueue_orchestrator_work");
    CHECK(deletion.answer().has_value() != fails);
    CHECK(late.error().kind == (fails ? Kind::storage : Kind::instance_not_found));
  }
}

TEST_CASE("the rest on a full disk doubles, and a commit ends it", "[commit_failure]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  auto pause = 100ms;
  faulty.kv->room = 0;
  CHECK_FALSE(world.enqueue(start_item("a")));
  for (int i = 0; i < 8; ++i) {
    CHECK(world.due().value().next_due == world.clock->now() + pause);
    world.clock->advance(pause);
    (void)world.timers->ask<Answer<DueTimers>>(DequeueTimerPeekLock{1, {}});
    world.run();
    pause = std::min(pause * 2, 5000ms);
  }
  faulty.kv->room = FaultyKv::endless;
  CHECK(world.enqueue(start_item("a")));
  world.clock->advance(5s);
  faulty.kv->room = 0;
  CHECK_FALSE(world.enqueue(start_item("b")));
  CHECK(world.due().value().next_due == world.clock->now() + 100ms);
}

TEST_CASE("nothing is written on a full disk by what was refused", "[commit_failure]") {
  auto running = std::make_unique<FaultyWorld>();
  const auto kv = running->kv;
  World& world = running->world;
  world.start("a");
  const auto turn = world.fetch_one();
  kv->room = 0;
  kv->commits = 0;
  // A number was taken for it.
  for (int i = 0; i < 300; ++i) {
    CHECK(world.enqueue(start_item("b" + std::to_string(i))).error().kind == Kind::disk_full);
  }
  CHECK(world.abandon(turn.lock_token).error().kind == Kind::disk_full);
  world.run();
  CHECK(kv->commits == 0);
  running.reset();  // writes no mark of its end, and must not stop the process
  CHECK(kv->commits == 0);
  kv->room = FaultyKv::endless;
  FaultyWorld again(kv);
  CHECK(again.world.enqueue(start_item("b")));
  CHECK(again.world.status("a").is_running());
}

TEST_CASE(
    "an end that does not fit is tried again after a pause that doubles, and nobody else waits",
    "[commit_failure][activities]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  auto ack = ack_of(world.fetch_one(), {started_event()});
  ack.worker_items = {activity(OrchestrationItem{"a", "Test", "", 1, {}, true, 0, {}, 0, 1}, 2)};
  world.ack(ack).value();
  faulty.kv->room = 50'000;
  auto pause = 100ms;
  for (int i = 0; i < 4; ++i) {
    const auto work = world.fetch_work();
    REQUIRE(work.size() == 1);
    CHECK(work.at(0).attempt_count == 1);
    CHECK(world.complete(work.at(0), std::string(60'000, 'r')).error().kind == Kind::disk_full);
    // Something else goes on, and does not shorten it.
    const std::string other = "other " + std::to_string(i);
    world.start(other);
    CHECK(world.fetch_one().instance == other);
    CHECK(world.due().value().next_due == world.clock->now() + pause);
    world.clock->advance(pause);
    (void)world.timers->ask<Answer<DueTimers>>(DequeueTimerPeekLock{1, {}});
    world.run();
    pause *= 2;
  }
  faulty.kv->room = FaultyKv::endless;
  CHECK(world.complete(world.fetch_work().at(0), std::string(60'000, 'r')));
}

TEST_CASE("a turn that does not fit is handed out again after a pause", "[commit_failure]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  faulty.kv->room = 50'000;
  const auto turn = world.fetch_one();
  Event large = started_event();
  std::get<event::OrchestrationStarted>(large.kind).input = std::string(60'000, 'i');
  CHECK(world.ack(ack_of(turn, {large})).error().kind == Kind::disk_full);
  const auto fetch = world.fetch_later();
  world.run();
  CHECK_FALSE(fetch.answered());
  world.clock->advance(100ms);
  (void)world.timers->ask<Answer<DueTimers>>(DequeueTimerPeekLock{1, {}});
  world.run();
  REQUIRE(fetch.answered());
  CHECK(fetch.value().at(0).attempt_count == 1);
  CHECK(world.ack(ack_of(fetch.value().at(0), {started_event()})));
}

TEST_CASE("of the timers that are due those are moved for which there is room",
          "[commit_failure][timers]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  world.ack(ack_of(world.fetch_one(), {started_event()})).value();
  const auto later = [&](const std::string& data) {
    return EnqueueOrchestratorWork{work::ExternalRaised{"a", "Go", data}, 10ms, false};
  };
  CHECK(world.ask<Done>(*world.client, later(std::string(60'000, 'x'))));
  CHECK(world.ask<Done>(*world.client, later("small")));
  world.clock->advance(10ms);
  auto due = world.due().value();
  REQUIRE(due.lock_tokens.size() == 2);
  faulty.kv->room = 50'000;
  CHECK(world.ask<Done>(*world.timers, AckTimer{due.lock_tokens}));
  const auto turn = world.fetch_one();
  CHECK(turn.messages.size() == 1);
  world.ack(ack_of(turn)).value();
  CHECK(world.due().value().lock_tokens.empty());
  faulty.kv->room = FaultyKv::endless;
  world.clock->advance(100ms);
  due = world.due().value();
  REQUIRE(due.lock_tokens.size() == 1);
  CHECK(world.ask<Done>(*world.timers, AckTimer{due.lock_tokens}));
  CHECK(world.fetch_one().messages.size() == 1);
}

TEST_CASE("a timer whose ack finds no room is handed out again", "[commit_failure][timers]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  const auto item = world.fetch_one();
  auto ack = ack_of(item);
  ack.timers = {timer(item, 2, world.clock->now())};
  world.ack(ack).value();
  auto due = world.due().value();
  faulty.kv->room = 0;
  CHECK_FALSE(world.ask<Done>(*world.timers, AckTimer{due.lock_tokens}));
  CHECK(world.due().value().lock_tokens.empty());
  faulty.kv->room = FaultyKv::endless;
  world.clock->advance(100ms);
  due = world.due().value();
  REQUIRE(due.lock_tokens.size() == 1);
  CHECK(world.ask<Done>(*world.timers, AckTimer{due.lock_tokens}));
  CHECK(world.fetch_one().messages.size() == 1);
}

TEST_CASE("an activity stays with who has it if its cancellation finds no room",
          "[commit_failure][activities]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  const auto item = world.fetch_one();
  auto ack = ack_of(item);
  ack.worker_items = {activity(item, 2), activity(item, 3)};
  world.ack(ack).value();
  const auto leased = world.fetch_work().at(0);
  world.raise("a", "Go");
  auto cancel = ack_of(world.fetch_one());
  cancel.cancelled_activities = {2, 3};
  faulty.kv->room = 0;
  CHECK_FALSE(world.ack(cancel));
  faulty.kv->room = FaultyKv::endless;
  world.clock->advance(100ms);
  (void)world.timers->ask<Answer<DueTimers>>(DequeueTimerPeekLock{1, {}});
  CHECK(world.fetch_work(5).size() == 1);
  CHECK(world.complete(leased, "r"));
}

TEST_CASE("counts of deliveries for which there is no room are written later",
          "[commit_failure][activities]") {
  auto running = std::make_unique<FaultyWorld>();
  const auto kv = running->kv;
  World& world = running->world;
  world.start("a");
  const auto item = world.fetch_one();
  auto ack = ack_of(item);
  constexpr std::uint64_t many = 600;
  for (std::uint64_t id = 2; id < 2 + many; ++id) {
    ack.worker_items.push_back(activity(item, id));
  }
  world.ack(ack).value();
  CHECK(world.fetch_work(many).size() == many);  // which the next commit has to tell of
  kv->room = 20'000;
  world.start("b");
  const auto written = kv->snapshot()->count(storage::Table::attempts);
  CHECK(written > 100);
  CHECK(written < many);
  CHECK(world.status("b").is_running());
  kv->room = FaultyKv::endless;
  world.start("c");
  CHECK(kv->snapshot()->count(storage::Table::attempts) == many);
}

TEST_CASE("a commit for which there is no memory stops the store", "[commit_failure]") {
  auto running = std::make_unique<FaultyWorld>();
  const auto kv = running->kv;
  running->world.start("a");
  kv->failures = 1;
  kv->out_of_memory = true;
  const auto refused = running->world.enqueue(start_item("b"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == Kind::storage);
  CHECK(running->world.enqueue(start_item("b")).error().kind == Kind::closed);
  running.reset();
  FaultyWorld again(kv);
  CHECK(again.world.status("a").is_running());
  CHECK(again.world.enqueue(start_item("b")));
}

TEST_CASE("a failed sync stops the store", "[commit_failure]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  const auto wait = world.client->ask<Answer<OrchestrationStatus>>(WaitForStatus{"a", 1});
  const auto worker = world.worker->ask<Answer<WorkItems>>(DequeueWorkerPeekLock{1});
  const auto timers = world.timers->ask<Answer<DueTimers>>(DequeueTimerPeekLock{1, {}});
  faulty.kv->failures = 1;
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
  CHECK(fetched.error().kind == Kind::closed);
}

}  // namespace duroxide::commit_failure_test
