// What every provider must do for single activities: tell who holds a cancelled one, take
// heartbeats, and let others complete them.

#include <catch2/catch.hpp>

#include "engine/records.hpp"
#include "model/limits.hpp"
#include "provider/faulty_world.hpp"
#include "provider/work_steps.hpp"
#include "storage/keys.hpp"

namespace duroxide::conformance_activities_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;
using storage::Table;

namespace {

using Tokens = std::vector<LockToken>;
using PendingTokens = Pending<Answer<Tokens>>;

PendingTokens await_cancelled(World& world, Partner& partner) {
  auto pending = partner.ask<Answer<Tokens>>(AwaitCancelledWork{});
  world.run();
  return pending;
}

Done beat(World& world, const ActivityReference& activity, const std::string& details) {
  return world.ask<Done>(*world.client, Heartbeat{activity, details});
}

Done end(World& world, const ActivityReference& activity, WorkItem completion) {
  return world.ask<Done>(*world.client, CompleteActivity{activity, std::move(completion)});
}

}  // namespace

// --- cancelled work -------------------------------------------------------------------------------

TEST_CASE("a holder is told of its leases that were cancelled",
          "[conformance][activities][cancellation]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  schedule(world, {{2}, {3}, {4}, {5}});
  const auto items = ask_for_work(world, *world.worker, {}, 3).value();
  const Tokens two_and_four{items.at(0).lock_token, items.at(2).lock_token};
  SECTION("who waits for it") {
    const auto told = await_cancelled(world, *world.worker);
    CHECK_FALSE(told.answered());
    cancel(world, {2, 4, 5}).value();
    REQUIRE(told.answered());
    CHECK(told.value() == two_and_four);
  }
  SECTION("or asks later") {
    cancel(world, {2, 4, 5}).value();
    CHECK(await_cancelled(world, *world.worker).value() == two_and_four);
  }
  // Each is told once, and to nobody else.
  CHECK_FALSE(await_cancelled(world, *world.worker).answered());
  CHECK_FALSE(await_cancelled(world, *world.client).answered());
  CHECK(world.complete(items.at(0), "late").error().kind == Kind::invalid_lock_token);
  CHECK(world.complete(items.at(1), "r"));
}

TEST_CASE("what the holder has noticed itself is not told", "[conformance][activities]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  schedule(world, {{2}});
  const auto item = ask_for_work(world, *world.worker).value().at(0);
  cancel(world, {2}).value();
  CHECK(world.complete(item, "late").error().kind == Kind::invalid_lock_token);
  CHECK_FALSE(await_cancelled(world, *world.worker).answered());
}

TEST_CASE("a newer request ends the older one", "[conformance][activities]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  const auto older = await_cancelled(world, *world.worker);
  const auto newer = await_cancelled(world, *world.worker);
  CHECK(older.value().empty());
  CHECK_FALSE(newer.answered());
  const auto released = world.worker->ask<Done>(ReleaseHolder{});
  world.run();
  CHECK(released.answer());
  CHECK(newer.value().empty());
}

TEST_CASE("who releases everything is not told of the past", "[conformance][activities]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  schedule(world, {{2}});
  REQUIRE(ask_for_work(world, *world.worker).answered());
  cancel(world, {2}).value();
  world.ask<Done>(*world.worker, ReleaseHolder{}).value();
  CHECK_FALSE(await_cancelled(world, *world.worker).answered());
}

TEST_CASE("a cancellation is told after its commit, and not if it was refused",
          "[activities][commit_failure][cancellation]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  schedule(world, {{2}});
  const auto item = ask_for_work(world, *world.worker).value().at(0);
  const auto told = await_cancelled(world, *world.worker);
  world.raise("a", "Go");
  auto failing = ack_of(world.fetch_one());
  failing.cancelled_activities = {2};
  faulty.kv->room = 0;
  CHECK_FALSE(world.ack(failing));
  CHECK_FALSE(told.answered());
  faulty.kv->room = FaultyKv::endless;
  end_pause(world);
  auto ack = ack_of(world.fetch_one());
  ack.cancelled_activities = {2};
  world.ack(ack).value();
  REQUIRE(told.answered());
  CHECK(told.value() == Tokens{item.lock_token});
}

TEST_CASE("closing answers who waits for cancellations", "[activities][cancellation]") {
  FaultyWorld faulty;
  const auto told = await_cancelled(faulty.world, *faulty.world.worker);
  faulty.world.store.reset();
  faulty.world.run();
  CHECK(told.error().kind == Kind::closed);
}

// --- heartbeats -----------------------------------------------------------------------------------

TEST_CASE("progress is there for management and for the next delivery",
          "[conformance][activities][heartbeats]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  schedule(world, {{2, "gpu", "s"}, {3}});
  const ActivityReference call_2 = reference_to(world, 2);
  const auto item = ask_for_work(world, *world.worker, TagFilter::any(), 1).value().at(0);
  CHECK_FALSE(item.progress);
  beat(world, call_2, "half").value();
  world.clock->advance(3s);
  beat(world, call_2, "most").value();
  const auto pending = pending_activities(world);
  REQUIRE(pending.size() == 2);
  CHECK(pending.at(0).execution_id == 1);
  CHECK(pending.at(0).correlation_id == 2);
  CHECK(pending.at(0).name == "Act");
  CHECK(pending.at(0).tag == "gpu");
  CHECK(pending.at(0).session == "s");
  CHECK(pending.at(0).attempts == 1);
  CHECK(pending.at(0).progress == "most");
  CHECK(pending.at(0).progress_at == world.clock->now());
  CHECK_FALSE(pending.at(0).waiting_for);
  CHECK(pending.at(1).correlation_id == 3);
  CHECK(pending.at(1).attempts == 0);
  CHECK_FALSE(pending.at(1).tag);
  CHECK_FALSE(pending.at(1).progress);

  abandon_work(world, item.lock_token).value();
  const auto again = ask_for_work(world, *world.worker, TagFilter::only({"gpu"})).value().at(0);
  CHECK(again.progress == "most");
  CHECK(again.attempt_count == 2);
}

TEST_CASE("a heartbeat for nothing is refused", "[conformance][activities][heartbeats]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  schedule(world, {{2}});
  const ActivityReference call_2 = reference_to(world, 2);
  const auto item = world.fetch_work().at(0);
  const auto in = call_2.incarnation;
  REQUIRE(in != 0);
  for (const auto& nothing : {ActivityReference{"a", 1, 3, in}, ActivityReference{"a", 2, 2, in},
                              ActivityReference{"b", 1, 2, in},
                              ActivityReference{"a", 1, 2, in + 1}, ActivityReference{"a", 1, 2}}) {
    const auto error = beat(world, nothing, "x").error();
    CHECK(error.kind == Kind::activity_not_found);
    CHECK(error.operation == "heartbeat");
    CHECK(error.message.find("`" + nothing.instance + "`") != std::string::npos);
  }
  CHECK(beat(world, call_2, std::string(model::max_heartbeat_bytes, 'x')));
  CHECK(beat(world, call_2, std::string(model::max_heartbeat_bytes + 1, 'x')).error().kind ==
        Kind::invalid_input);
  world.complete(item, "r").value();
  CHECK(beat(world, call_2, "late").error().kind == Kind::activity_not_found);
}

TEST_CASE("pending activities are those of the current execution", "[conformance][activities]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("a");
  auto item = world.fetch_one();
  auto ack = continue_of(item);
  ack.worker_items = {activity(item, 2)};
  world.ack(ack).value();
  CHECK(pending_activities(world).empty());
  world.ack(ack_with_calls(world.fetch_one(), {{5}})).value();
  REQUIRE(pending_activities(world).size() == 1);
  CHECK(pending_activities(world).at(0).execution_id == 2);
  CHECK(pending_activities(world).at(0).correlation_id == 5);
  const auto unknown =
      world.manage<Answer<std::vector<PendingActivity>>>(management::ListPendingActivities{"b"});
  CHECK(unknown.error().kind == Kind::instance_not_found);
}

TEST_CASE("an activity shows what it waits for", "[conformance][activities]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  schedule(world, {{2}, {3}});
  const auto item = world.fetch_work().at(0);
  abandon_work(world, item.lock_token, 5s, "registration of Act").value();
  CHECK(pending_activities(world).at(0).waiting_for == "registration of Act");
  CHECK_FALSE(pending_activities(world).at(1).waiting_for);
  // Nobody waits for what is gone.
  cancel(world, {2}).value();
  CHECK_FALSE(
      world.manage<Answer<InstanceInfo>>(management::GetInstanceInfo{"a"}).value().waiting_for);
}

TEST_CASE("progress goes with its activity", "[activities][heartbeats]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  schedule(world, {{2}});
  const ActivityReference call_2 = reference_to(world, 2);
  const auto item = world.fetch_work().at(0);
  beat(world, call_2, "half").value();
  const auto key = storage::WorkKey{1, 1, 2}.bytes();
  REQUIRE(faulty.kv->snapshot()->get(Table::progress, key));
  const int way = GENERATE(0, 1, 2);
  if (way == 0) {
    world.complete(item, "r").value();
  } else if (way == 1) {
    cancel(world, {2}).value();
  } else {
    end(world, call_2, work::ActivityCompleted{"a", 1, 2, "r"}).value();
  }
  for (const auto table : {Table::progress, Table::work, Table::attempts}) {
    CHECK_FALSE(faulty.kv->snapshot()->get(table, key));
  }
}

TEST_CASE("heartbeats join the commit that happens anyway",
          "[activities][group_commit][heartbeats]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  schedule(world, {{2}});
  const ActivityReference call_2 = reference_to(world, 2);
  const auto before = faulty.kv->commits;
  for (int i = 0; i < 20; ++i) {
    (void)world.client->ask<Done>(Heartbeat{call_2, "step " + std::to_string(i)});
  }
  const auto last =
      world.client->ask<Done>(EnqueueOrchestratorWork{raise_item("a", "Go"), {}, false});
  world.run();
  CHECK(last.answer());
  CHECK(faulty.kv->commits == before + 1);
  CHECK(pending_activities(world).at(0).progress == "step 19");
}

TEST_CASE("progress survives, and what is unreadable of it harms nobody",
          "[activities][reopen][heartbeats]") {
  auto running = std::make_unique<FaultyWorld>();
  schedule(running->world, {{2}, {3}});
  const ActivityReference call_2 = reference_to(running->world, 2);
  REQUIRE(running->world.fetch_work(2).size() == 2);
  beat(running->world, call_2, "half").value();
  const auto kv = running->kv;
  FaultyWorld::crash(running);
  const auto bad = storage::WorkKey{1, 1, 3}.bytes();
  kv->plant(Table::progress, bad, "rubbish");
  FaultyWorld second(kv);
  const auto items = second.world.fetch_work(2);
  REQUIRE(items.size() == 2);
  CHECK(items.at(0).progress == "half");
  CHECK(items.at(0).attempt_count == 2);
  CHECK_FALSE(items.at(1).progress);
  second.world.raise("a", "Go");
  CHECK_FALSE(kv->snapshot()->get(Table::progress, bad));
  CHECK(kv->snapshot()->count(Table::set_aside) == 1);
}

// --- completion from outside ----------------------------------------------------------------------

TEST_CASE("an activity can be completed from outside", "[conformance][activities][tokens]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  schedule(world, {{2}});
  const ActivityReference call_2 = reference_to(world, 2);
  const bool leased = GENERATE(false, true);
  WorkerItem item;
  if (leased) {
    item = world.fetch_work().at(0);
  }
  const WorkItem completion =
      GENERATE(WorkItem(work::ActivityCompleted{"a", 1, 2, "from outside"}),
               WorkItem(work::ActivityFailed{
                   "a", 1, 2, application_error(ErrorKind::activity_failed, "gave up")}));
  const auto told = await_cancelled(world, *world.worker);
  end(world, call_2, completion).value();
  CHECK(world.fetch_one().messages == std::vector<WorkItem>{completion});
  CHECK(pending_activities(world).empty());
  CHECK_FALSE(told.answered());
  if (leased) {
    CHECK(world.complete(item, "late").error().kind == Kind::invalid_lock_token);
  }
  CHECK(end(world, call_2, completion).error().kind == Kind::activity_not_found);
  CHECK_FALSE(ask_for_work(world, *world.worker).answered());
}

TEST_CASE("a call that a release without incarnations left open is completed by its token",
          "[activities][reopen][tokens][upgrade]") {
  auto running = std::make_unique<FaultyWorld>();
  schedule(running->world, {{2}});
  const auto kv = running->kv;
  FaultyWorld::crash(running);
  const auto row_of = [&](Table table, const std::string& key) {
    return std::string(kv->snapshot()->get(table, key).value());
  };
  const auto instance = storage::make_key(storage::Number{1});
  auto record = storage::decode_instance(row_of(Table::instances, instance)).value();
  record.incarnation = 0;
  kv->plant(Table::instances, instance, storage::encode_instance(record));
  const auto call = storage::WorkKey{1, 1, 2}.bytes();
  auto row = storage::decode_activity_row(row_of(Table::work, call)).value();
  row.item.incarnation = 0;
  kv->plant(Table::work, call, storage::encode_activity_row(row));

  FaultyWorld second(kv);
  CHECK(pending_activities(second.world).at(0).token == "1/2/a");
  CHECK(end(second.world, {"a", 1, 2, 7}, work::ActivityCompleted{"a", 1, 2, ""}).error().kind ==
        Kind::activity_not_found);
  end(second.world, {"a", 1, 2}, work::ActivityCompleted{"a", 1, 2, "late"}).value();
  CHECK(second.world.fetch_one().messages ==
        std::vector<WorkItem>{work::ActivityCompleted{"a", 1, 2, "late"}});
}

TEST_CASE("a completion from outside must be of that very call",
          "[conformance][activities][tokens]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  schedule(world, {{2}});
  const ActivityReference call_2 = reference_to(world, 2);
  for (const WorkItem& wrong :
       {WorkItem(work::ActivityCompleted{"b", 1, 2, ""}),
        WorkItem(work::ActivityCompleted{"a", 2, 2, ""}),
        WorkItem(work::ActivityFailed{"a", 1, 3, {}}), raise_item("a", "Go")}) {
    CHECK(end(world, call_2, wrong).error().kind == Kind::invalid_input);
  }
  CHECK(end(world, {"a", 1, 2, call_2.incarnation + 1}, work::ActivityCompleted{"a", 1, 2, ""})
            .error()
            .kind == Kind::activity_not_found);
  CHECK(end(world, {"b", 1, 2}, work::ActivityCompleted{"b", 1, 2, ""}).error().kind ==
        Kind::activity_not_found);
  CHECK(world.nothing_to_fetch());
  CHECK(world.fetch_work().at(0).item.id == 2);
}

TEST_CASE("a completion from outside that finds no room has not been",
          "[activities][commit_failure][tokens]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  schedule(world, {{2}});
  const ActivityReference call_2 = reference_to(world, 2);
  const auto item = world.fetch_work().at(0);
  beat(world, call_2, "half").value();
  faulty.kv->room = 0;
  CHECK_FALSE(end(world, call_2, work::ActivityCompleted{"a", 1, 2, "r"}));
  faulty.kv->room = FaultyKv::endless;
  end_pause(world);
  world.ask<Done>(*world.worker, AbandonWorker{item.lock_token, {}, true, {}, {}}).value();
  const auto again = world.fetch_work().at(0);
  CHECK(again.item == item.item);
  CHECK(again.progress == "half");
  CHECK(world.nothing_to_fetch());
  CHECK(world.complete(again, "r"));
}

}  // namespace duroxide::conformance_activities_test
