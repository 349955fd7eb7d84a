// Quarantine: what was started too often is left alone, durably, until somebody says otherwise.

#include <catch2/catch.hpp>

#include "conformance/work_steps.hpp"
#include "provider/faulty_world.hpp"
#include "storage/keys.hpp"

namespace duroxide::quarantine_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;
using storage::Table;

namespace {

/// The next turn, of `instance`, is given back for good.
Done quarantine_next_turn(World& world, const std::string& reason) {
  return world.ask<Done>(
      *world.dispatcher,
      AbandonOrchestrationItem{world.fetch_one().lock_token, {}, false, {}, reason});
}

Done quarantine_next_activity(World& world, const std::string& reason) {
  return abandon_work(world, world.fetch_work().at(0).lock_token, {}, {}, reason);
}

Answer<std::uint64_t> release(World& world, const std::string& instance = "a") {
  return world.ask<Answer<std::uint64_t>>(*world.client, ReleaseFromQuarantine{instance});
}

std::vector<QuarantinedItem> quarantined(World& world) {
  return world.manage<Answer<std::vector<QuarantinedItem>>>(management::ListQuarantined{}).value();
}

std::optional<std::string> waiting_for(World& world, const std::string& instance = "a") {
  return world.manage<Answer<InstanceInfo>>(management::GetInstanceInfo{instance})
      .value()
      .waiting_for;
}

bool no_work(World& world) {
  auto other = make_partner(world);
  const bool nothing = !ask_for_work(world, other, TagFilter::any()).answered();
  other.die();
  world.run();
  return nothing;
}

}  // namespace

TEST_CASE("an instance in quarantine is left alone until it is released",
          "[conformance][quarantine][poison]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("a");
  quarantine_next_turn(world, "crashed the process 10 times").value();
  CHECK(world.nothing_to_fetch());
  world.raise("a", "Go");
  CHECK(world.nothing_to_fetch());
  CHECK(world.status("a").is_running());
  CHECK(waiting_for(world) == "quarantine: crashed the process 10 times");
  const auto items = quarantined(world);
  REQUIRE(items.size() == 1);
  CHECK(items.at(0).instance_id == "a");
  CHECK(items.at(0).execution_id == 0);
  CHECK(items.at(0).activity_name.empty());
  CHECK(items.at(0).reason == "crashed the process 10 times");
  CHECK(items.at(0).since == world.clock->now());

  CHECK(release(world).value() == 1);
  CHECK(quarantined(world).empty());
  CHECK_FALSE(waiting_for(world));
  const auto item = world.fetch_one();
  CHECK(item.attempt_count == 1);
  CHECK(item.messages.size() == 2);
  CHECK_FALSE(item.quarantined);
  CHECK(release(world).value() == 0);
  CHECK(release(world, "b").error().kind == Kind::instance_not_found);
}

TEST_CASE("an instance in quarantine is handed out to be cancelled",
          "[conformance][quarantine][poison][cancellation]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("a");
  const bool before = GENERATE(false, true);
  if (before) {
    const auto item = world.fetch_one();
    world.enqueue(work::CancelInstance{"a", "enough"}).value();
    world
        .ask<Done>(*world.dispatcher,
                   AbandonOrchestrationItem{item.lock_token, {}, false, {}, "poison"})
        .value();
  } else {
    quarantine_next_turn(world, "poison").value();
    world.enqueue(work::CancelInstance{"a", "enough"}).value();
  }
  const auto item = world.fetch_one();
  CHECK(item.quarantined);
  CHECK(item.history_included);
  CHECK(item.messages.back() == WorkItem(work::CancelInstance{"a", "enough"}));
  // What is given back is still in quarantine, since the first time.
  const auto since = world.clock->now();
  world.clock->advance(1s);
  world
      .ask<Done>(*world.dispatcher,
                 AbandonOrchestrationItem{item.lock_token, {}, false, {}, "poison again"})
      .value();
  CHECK(quarantined(world).at(0).reason == "poison again");
  CHECK(quarantined(world).at(0).since == since);
  world.ack(fail_of(world.fetch_one(), "cancelled")).value();
  CHECK(world.status("a").is_failed());
  CHECK(quarantined(world).empty());
  CHECK_FALSE(waiting_for(world));
}

TEST_CASE("a cancellation is found behind any number of messages",
          "[conformance][quarantine][poison][cancellation]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("a");
  for (int i = 0; i < 1500; ++i) {
    (void)world.client->ask<Done>(EnqueueOrchestratorWork{raise_item("a", "Go"), {}, false});
  }
  world.run();
  quarantine_next_turn(world, "poison").value();
  CHECK(world.nothing_to_fetch());
  world.enqueue(work::CancelInstance{"a", "enough"}).value();
  const auto item = world.fetch_one();
  CHECK(item.quarantined);
  CHECK(item.messages.front() == start_item("a"));
  CHECK(item.messages.back() == WorkItem(work::CancelInstance{"a", "enough"}));
}

TEST_CASE("an activity in quarantine is left alone until it is released",
          "[conformance][quarantine][poison][activities]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  schedule(world, {{2, "gpu"}, {3}});
  const auto item = ask_for_work(world, *world.worker, TagFilter::any(), 1).value().at(0);
  abandon_work(world, item.lock_token, 5s, {}, "poison").value();
  CHECK(ids_of(ask_for_work(world, *world.worker, TagFilter::any())) == CallIds{3});
  CHECK(no_work(world));
  const auto pending = pending_activities(world);
  REQUIRE(pending.size() == 2);
  CHECK(pending.at(0).waiting_for == "quarantine: poison");
  CHECK(pending.at(0).attempts == 1);
  CHECK_FALSE(pending.at(1).waiting_for);
  REQUIRE(waiting_for(world));
  CHECK(waiting_for(world)->find("`Act`") != std::string::npos);
  const auto items = quarantined(world);
  REQUIRE(items.size() == 1);
  CHECK(items.at(0).execution_id == 1);
  CHECK(items.at(0).event_id == 2);
  CHECK(items.at(0).activity_name == "Act");
  // The instance itself goes on.
  world.raise("a", "Go");
  world.ack(ack_of(world.fetch_one())).value();

  CHECK(release(world).value() == 1);
  CHECK(pending_activities(world).at(0).attempts == 0);
  auto other = make_partner(world);
  const auto again = ask_for_work(world, other, TagFilter::only({"gpu"}));
  REQUIRE(ids_of(again) == CallIds{2});
  CHECK(again.value().at(0).attempt_count == 1);
  CHECK(no_work(world));
  other.die();
}

TEST_CASE("what is in quarantine is listed oldest first", "[conformance][quarantine][poison]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  schedule(world, {{2}}, "a");
  world.start("b");
  quarantine_next_turn(world, "first").value();
  world.clock->advance(1s);
  quarantine_next_activity(world, "second").value();
  const auto items = quarantined(world);
  REQUIRE(items.size() == 2);
  CHECK(items.at(0).reason == "first");
  CHECK(items.at(0).instance_id == "b");
  CHECK(items.at(1).reason == "second");
  CHECK(items.at(1).instance_id == "a");
}

TEST_CASE("quarantine ends with what was in it", "[conformance][quarantine][poison]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  schedule(world, {{2}});
  quarantine_next_activity(world, "poison").value();
  REQUIRE(quarantined(world).size() == 1);
  SECTION("when the activity is cancelled") {
    cancel(world, {2}).value();
  }
  SECTION("when the activity is completed") {
    world
        .ask<Done>(*world.client, CompleteActivity{reference_to(world, 2),
                                                   work::ActivityCompleted{"a", 1, 2, "r"}})
        .value();
    CHECK(world.fetch_one().messages.size() == 1);
  }
  SECTION("when the instance ends") {
    world.raise("a", "End");
    world.ack(complete_of(world.fetch_one())).value();
  }
  SECTION("when the execution continues as new") {
    world.raise("a", "Next");
    world.ack(continue_of(world.fetch_one())).value();
  }
  CHECK(quarantined(world).empty());
  CHECK(world.manage<Answer<QueueDepths>>(management::GetQueueDepths{}).value().worker_queue == 0);
  CHECK(no_work(world));
}

TEST_CASE("a release lets what waits for a registration be tried at once",
          "[conformance][quarantine][poison][registration]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  schedule(world, {{2}, {3}});
  const auto work = world.fetch_work(2);
  abandon_work(world, work.at(0).lock_token, 60s, "registration of Act").value();
  abandon_work(world, work.at(1).lock_token, 60s).value();  // is only delayed
  world.raise("a", "Go");
  world
      .ask<Done>(*world.dispatcher,
                 AbandonOrchestrationItem{
                     world.fetch_one().lock_token, 60s, true, "registration of Test", {}})
      .value();
  world.start("b");
  world
      .ask<Done>(*world.dispatcher,
                 AbandonOrchestrationItem{
                     world.fetch_one().lock_token, 60s, true, "registration of Test", {}})
      .value();
  CHECK(world.nothing_to_fetch());
  CHECK(release(world).value() == 2);
  CHECK(world.fetch_one().instance == "a");
  CHECK(world.nothing_to_fetch());
  CHECK(ids_of(ask_for_work(world, *world.worker)) == CallIds{2});
  CHECK(no_work(world));
  // Its delay has been used up: the end of it brings nothing new.
  pass_time(world, 60s);
  CHECK(ids_of(ask_for_work(world, *world.worker)) == CallIds{3});
  CHECK(no_work(world));
}

TEST_CASE("quarantine is kept in the store", "[quarantine][reopen][poison]") {
  auto running = std::make_unique<FaultyWorld>();
  schedule(running->world, {{2, "gpu"}, {3}, {4}});
  quarantine_next_activity(running->world, "poison").value();  // 3
  running->world.start("b");
  quarantine_next_turn(running->world, "poison").value();
  running->world.start("c");
  const auto kv = running->kv;
  const bool crashed = GENERATE(false, true);
  if (crashed) {
    FaultyWorld::crash(running);
  } else {
    running.reset();
  }
  FaultyWorld second(kv);
  World& world = second.world;
  CHECK(world.fetch_one().instance == "c");
  CHECK(world.nothing_to_fetch());
  const bool found = GENERATE(false, true);
  if (found) {  // the store has come past it
    CHECK(ids_of(ask_for_work(world, *world.worker, TagFilter::any())) == CallIds{2, 4});
    CHECK(no_work(world));
  }
  CHECK(release(world, "a").value() == 1);
  const auto items = ask_for_work(world, *world.worker);
  CHECK(ids_of(items) == (found ? CallIds{3} : CallIds{3, 4}));
  REQUIRE(items.answered());
  CHECK(items.value().at(0).attempt_count == 1);
  CHECK(ids_of(ask_for_work(world, *world.worker, TagFilter::only({"gpu"}))) ==
        (found ? CallIds{} : CallIds{2}));
  CHECK(release(world, "b").value() == 1);
  CHECK(world.fetch_one().instance == "b");
}

TEST_CASE("an instance in quarantine can be cancelled after a reopen",
          "[quarantine][reopen][poison][cancellation]") {
  auto running = std::make_unique<FaultyWorld>();
  running->world.start("a");
  quarantine_next_turn(running->world, "poison").value();
  running->world.enqueue(work::CancelInstance{"a", "enough"}).value();
  const auto kv = running->kv;
  FaultyWorld::crash(running);
  FaultyWorld second(kv);
  const auto item = second.world.fetch_one();
  CHECK(item.quarantined);
  second.world.ack(fail_of(item)).value();
  CHECK(kv->snapshot()->count(Table::quarantine) == 0);
}

TEST_CASE("a turn that is given back after its release has no attempt to take back",
          "[quarantine][reopen][poison]") {
  auto running = std::make_unique<FaultyWorld>();
  running->world.start("a");
  quarantine_next_turn(running->world, "poison").value();
  running->world.enqueue(work::CancelInstance{"a", "enough"}).value();
  const auto kv = running->kv;
  FaultyWorld::crash(running);
  FaultyWorld second(kv);
  World& world = second.world;
  const auto item = world.fetch_one();  // counted before it was made
  CHECK(release(world).value() == 1);   // which forgets the count
  SECTION("by ignore_attempt") {
    world.abandon(item.lock_token, {}, true).value();
  }
  SECTION("with everything of its holder") {
    world.ask<Done>(*world.dispatcher, ReleaseHolder{}).value();
  }
  CHECK(world.fetch_one().attempt_count == 1);
}

TEST_CASE("a quarantine that finds no room has not been", "[quarantine][commit_failure][poison]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  schedule(world, {{2, "gpu"}});
  const auto work = ask_for_work(world, *world.worker, TagFilter::any()).value().at(0);
  world.start("b");
  const auto turn = world.fetch_one();
  faulty.kv->room = 0;
  const auto abandoned =
      world.worker->ask<Done>(AbandonWorker{work.lock_token, {}, false, {}, "poison"});
  const auto given_back = world.dispatcher->ask<Done>(
      AbandonOrchestrationItem{turn.lock_token, {}, false, {}, "poison"});
  world.run();
  world.system.run_delayed();
  CHECK_FALSE(abandoned.answer());
  CHECK_FALSE(given_back.answer());
  faulty.kv->room = FaultyKv::endless;
  end_pause(world);
  CHECK(quarantined(world).empty());
  CHECK(world.fetch_one().instance == "b");
  CHECK(ids_of(ask_for_work(world, *world.worker, TagFilter::only({"gpu"}))) == CallIds{2});
}

TEST_CASE("a release that finds no room has not been", "[quarantine][commit_failure][poison]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  schedule(world, {{2}});
  quarantine_next_activity(world, "poison").value();
  world.raise("a", "Go");
  quarantine_next_turn(world, "poison").value();
  const auto parked = ask_for_work(world, *world.worker);
  faulty.kv->room = 0;
  CHECK(release(world).error().kind == Kind::disk_full);
  faulty.kv->room = FaultyKv::endless;
  end_pause(world);
  CHECK_FALSE(parked.answered());
  CHECK(world.nothing_to_fetch());
  CHECK(quarantined(world).size() == 2);
  CHECK(release(world).value() == 2);
  REQUIRE(parked.answered());
  CHECK(parked.value().at(0).attempt_count == 1);
  CHECK(no_work(world));
  CHECK(world.fetch_one().attempt_count == 1);
}

TEST_CASE("in and out of quarantine within one commit", "[quarantine][poison]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  schedule(world, {{2}});
  const auto work = world.fetch_work().at(0);
  (void)world.worker->ask<Done>(AbandonWorker{work.lock_token, {}, false, {}, "poison"});
  world.system.step();
  const auto released = world.worker->ask<Answer<std::uint64_t>>(ReleaseFromQuarantine{"a"});
  world.run();
  CHECK(released.value() == 1);
  CHECK(quarantined(world).empty());
  CHECK(world.fetch_work(5).size() == 1);
  CHECK(no_work(world));
}

}  // namespace duroxide::quarantine_test
