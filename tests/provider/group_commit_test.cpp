// When commits happen, what may run before them, and what never does.

#include <catch2/catch.hpp>

#include "provider/faulty_world.hpp"

namespace duroxide::group_commit_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using storage::Table;

TEST_CASE("requests that wait together are committed together", "[group_commit]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  std::vector<Pending<Done>> answers;
  for (int i = 0; i < 100; ++i) {
    answers.push_back(world.client->ask<Done>(
        EnqueueOrchestratorWork{start_item("i" + std::to_string(i)), {}, false}));
  }
  world.run();
  for (const auto& answer : answers) {
    CHECK(answer.answer());
  }
  CHECK(faulty.kv->commits == 1);
}

TEST_CASE("a turn runs ahead of the commit and joins it", "[group_commit]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  const auto fetch = world.fetch_later();
  const auto worker = world.worker->ask<Answer<WorkItems>>(DequeueWorkerPeekLock{1});
  const auto started = world.client->ask<Done>(EnqueueOrchestratorWork{start_item("a"), {}, false});
  const auto wait = world.client->ask<Answer<OrchestrationStatus>>(WaitForStatus{"a", 1});
  world.run();
  // The turn is out, nothing is on the disk, and nobody has been told anything.
  REQUIRE(fetch.answered());
  CHECK(faulty.kv->commits == 0);
  CHECK_FALSE(started.answered());
  CHECK(world.status("a").is_not_found());

  const auto item = fetch.value().at(0);
  auto ack = ack_of(item);
  ack.worker_items = {activity(item, 2)};
  ack.stays_resident = true;
  const auto acked = world.dispatcher->ask<Done>(ack);
  const auto next_fetch = world.dispatcher->ask<Answer<Items>>(FetchOrchestrationItem{1});
  world.run();
  CHECK(faulty.kv->commits == 1);
  CHECK(started.answer());
  CHECK(acked.answer());
  REQUIRE(worker.answered());
  CHECK_FALSE(wait.answered());
  // The start was consumed before it was written, and the delivery of the activity is counted.
  CHECK(faulty.kv->last_of(Table::inbox).empty());
  CHECK(faulty.kv->last_of(Table::attempts).empty());
  REQUIRE(faulty.kv->last_of(Table::work).size() == 1);
  CHECK(faulty.kv->last_of(Table::work).begin()->second.value->bytes().at(1) == 1);

  const auto completed = world.worker->ask<Done>(
      AckWorker{worker.value().at(0).lock_token, work::ActivityCompleted{"a", 1, 2, "r"}});
  world.run();
  REQUIRE(next_fetch.answered());
  CHECK(faulty.kv->commits == 1);
  const auto ended = world.dispatcher->ask<Done>(complete_of(next_fetch.value().at(0)));
  world.run();
  CHECK(faulty.kv->commits == 2);  // the whole of a hello-world
  CHECK(completed.answer());
  CHECK(ended.answer());
  CHECK(wait.value().is_completed());
}

TEST_CASE("a commit waits for a slow turn only so long", "[group_commit]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  const auto fetch = world.fetch_later();
  const auto started = world.client->ask<Done>(EnqueueOrchestratorWork{start_item("a"), {}, false});
  world.run();
  REQUIRE(fetch.answered());
  CHECK_FALSE(started.answered());
  world.system.run_delayed();
  CHECK(started.answer());
  CHECK(faulty.kv->commits == 1);
  // The turn goes on and is committed on its own.
  CHECK(world.ack(ack_of(fetch.value().at(0))));
  CHECK(faulty.kv->commits == 2);
  CHECK(world.history("a").size() == 1);
}

TEST_CASE("a batch that closes begins no further turn, but takes what comes", "[group_commit]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  const auto first = world.fetch_later();
  const auto second = world.fetch_later();
  (void)world.client->ask<Done>(EnqueueOrchestratorWork{start_item("a"), {}, false});
  world.run();
  REQUIRE(first.answered());
  // Held for the first turn. A start that comes now joins the batch; its turn has to wait.
  const auto late = world.client->ask<Done>(EnqueueOrchestratorWork{start_item("b"), {}, false});
  world.run();
  CHECK_FALSE(second.answered());
  CHECK(faulty.kv->commits == 0);
  CHECK(world.ack(ack_of(first.value().at(0))));
  CHECK(faulty.kv->commits == 1);
  CHECK(late.answer());
  REQUIRE(second.answered());
  CHECK(second.value().at(0).instance == "b");
}

TEST_CASE("durable turns are handed out while a batch closes", "[group_commit]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("durable");
  const auto first = world.fetch_later();
  REQUIRE(first.answered());
  world.abandon(first.value().at(0).lock_token, 1s, true).value();
  const auto ahead = world.fetch_later();
  (void)world.client->ask<Done>(EnqueueOrchestratorWork{start_item("a"), {}, false});
  world.run();
  REQUIRE(ahead.answered());
  const auto other = world.fetch_later();
  world.clock->advance(1s);
  (void)world.timers->ask<Answer<DueTimers>>(DequeueTimerPeekLock{1, {}});
  world.run();
  REQUIRE(other.answered());
  CHECK(other.value().at(0).instance == "durable");
  CHECK(world.ack(ack_of(ahead.value().at(0))));
}

TEST_CASE("abandoning or losing the turn ahead frees the commit", "[group_commit]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  const auto fetch = world.fetch_later();
  const auto started = world.client->ask<Done>(EnqueueOrchestratorWork{start_item("a"), {}, false});
  world.run();
  REQUIRE(fetch.answered());
  const int way = GENERATE(0, 1, 2);
  if (way == 0) {
    (void)world.dispatcher->ask<Done>(
        AbandonOrchestrationItem{fetch.value().at(0).lock_token, {}, true, {}, {}});
  } else if (way == 1) {
    (void)world.dispatcher->ask<Done>(ReleaseHolder{});
  } else {
    world.dispatcher->die();
  }
  world.run();
  CHECK(started.answer());
  CHECK(faulty.kv->commits == 1);
  const auto again = world.ask<Answer<Items>>(*world.worker, FetchOrchestrationItem{1}).value();
  CHECK(again.at(0).attempt_count == 1);
}

TEST_CASE("a large batch is committed at once", "[group_commit]") {
  storage::EngineOptions options;
  options.early_commit_bytes = 1000;
  FaultyWorld faulty(std::make_shared<FaultyKv>(), options);
  World& world = faulty.world;
  for (int i = 0; i < 10; ++i) {
    (void)world.client->ask<Done>(EnqueueOrchestratorWork{
        work::StartOrchestration{"i" + std::to_string(i), "T", std::string(2000, 'x'), {}, {}},
        {},
        false});
  }
  world.run();
  CHECK(faulty.kv->commits == 10);
}

}  // namespace duroxide::group_commit_test
