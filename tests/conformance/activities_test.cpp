// What every provider must do for single activities: tell who holds a cancelled one, take
// heartbeats, and let others complete them.

#include <catch2/catch.hpp>

#include "conformance/work_steps.hpp"
#include "conformance/world.hpp"

namespace duroxide::conformance_activities_test {

using namespace duroxide::provider;
using namespace duroxide::conformance;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;

// --- cancelled work -------------------------------------------------------------------------------

TEST_CASE("a holder is told of its leases that were cancelled",
          "[conformance][activities][cancellation]") {
  World world(DUROXIDE_EVERY_STORE);
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
  World world(DUROXIDE_EVERY_STORE);
  schedule(world, {{2}});
  const auto item = ask_for_work(world, *world.worker).value().at(0);
  cancel(world, {2}).value();
  CHECK(world.complete(item, "late").error().kind == Kind::invalid_lock_token);
  CHECK_FALSE(await_cancelled(world, *world.worker).answered());
}

TEST_CASE("a newer request ends the older one", "[conformance][activities]") {
  World world(DUROXIDE_EVERY_STORE);
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
  World world(DUROXIDE_EVERY_STORE);
  schedule(world, {{2}});
  REQUIRE(ask_for_work(world, *world.worker).answered());
  cancel(world, {2}).value();
  world.ask<Done>(*world.worker, ReleaseHolder{}).value();
  CHECK_FALSE(await_cancelled(world, *world.worker).answered());
}

// --- heartbeats -----------------------------------------------------------------------------------

TEST_CASE("progress is there for management and for the next delivery",
          "[conformance][activities][heartbeats][management]") {
  World world(DUROXIDE_EVERY_STORE);
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

TEST_CASE("a heartbeat for nothing is refused",
          "[conformance][activities][heartbeats][management]") {
  World world(DUROXIDE_EVERY_STORE);
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
    CHECK_FALSE(error.message.empty());
  }
  world.complete(item, "r").value();
  CHECK(beat(world, call_2, "late").error().kind == Kind::activity_not_found);
}

TEST_CASE("pending activities are those of the current execution",
          "[conformance][activities][management]") {
  World world(DUROXIDE_EVERY_STORE);
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

TEST_CASE("an activity shows what it waits for", "[conformance][activities][management]") {
  World world(DUROXIDE_EVERY_STORE);
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

// --- completion from outside ----------------------------------------------------------------------

TEST_CASE("an activity can be completed from outside",
          "[conformance][activities][tokens][management]") {
  World world(DUROXIDE_EVERY_STORE);
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
  complete_from_outside(world, call_2, completion).value();
  CHECK(world.fetch_one().messages == std::vector<WorkItem>{completion});
  CHECK(pending_activities(world).empty());
  CHECK_FALSE(told.answered());
  if (leased) {
    CHECK(world.complete(item, "late").error().kind == Kind::invalid_lock_token);
  }
  CHECK(complete_from_outside(world, call_2, completion).error().kind == Kind::activity_not_found);
  CHECK_FALSE(ask_for_work(world, *world.worker).answered());
}

TEST_CASE("a completion from outside must be of that very call",
          "[conformance][activities][tokens][management]") {
  World world(DUROXIDE_EVERY_STORE);
  schedule(world, {{2}});
  const ActivityReference call_2 = reference_to(world, 2);
  for (const WorkItem& wrong :
       {WorkItem(work::ActivityCompleted{"b", 1, 2, ""}),
        WorkItem(work::ActivityCompleted{"a", 2, 2, ""}),
        WorkItem(work::ActivityFailed{"a", 1, 3, {}}), raise_item("a", "Go")}) {
    CHECK(complete_from_outside(world, call_2, wrong).error().kind == Kind::invalid_input);
  }
  CHECK(complete_from_outside(world, {"a", 1, 2, call_2.incarnation + 1},
                              work::ActivityCompleted{"a", 1, 2, ""})
            .error()
            .kind == Kind::activity_not_found);
  CHECK(complete_from_outside(world, {"b", 1, 2}, work::ActivityCompleted{"b", 1, 2, ""})
            .error()
            .kind == Kind::activity_not_found);
  CHECK(world.nothing_to_fetch());
  CHECK(world.fetch_work().at(0).item.id == 2);
}

}  // namespace duroxide::conformance_activities_test
