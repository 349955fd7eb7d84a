// Instances that do not get on.

#include <catch2/catch.hpp>

#include "engine/waiting_reasons.hpp"
#include "provider/world.hpp"

namespace duroxide::stuck_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;

namespace {

std::vector<StuckInstance> stuck(World& world, const StuckFilter& filter = {}) {
  return world.manage<Answer<std::vector<StuckInstance>>>(management::ListStuck{filter}).value();
}

void pause_now(World& world, const PauseScope& scope) {
  world.manage<Done>(management::Pause{scope, true}).value();
}

/// Hands a turn back, for want of a registration.
void wait_for_registration(World& world) {
  const auto item = world.fetch_one();
  world
      .ask<Done>(*world.dispatcher,
                 AbandonOrchestrationItem{item.lock_token, {}, true, "registration of Test", {}})
      .value();
}

std::vector<std::string> ids(const std::vector<StuckInstance>& rows) {
  std::vector<std::string> found;
  for (const auto& row : rows) {
    found.push_back(row.instance_id);
  }
  return found;
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("an instance that waits for a registration is stuck since it first did",
          "[stuck][registration]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  CHECK(stuck(world).empty());
  world.start("a", "Order");
  const auto first = world.clock->now();
  wait_for_registration(world);
  world.clock->advance(10s);
  wait_for_registration(world);
  const auto rows = stuck(world);
  REQUIRE(rows.size() == 1);
  CHECK(rows.at(0).instance_id == "a");
  CHECK(rows.at(0).orchestration_name == "Order");
  CHECK(rows.at(0).kind == StuckKind::waiting);
  CHECK(rows.at(0).waiting_for == "registration of Test");
  CHECK(rows.at(0).since == first);

  const auto item = world.fetch_one();
  CHECK(stuck(world).empty());
  world.ack(ack_of(item)).value();
  world.clock->advance(1s);
  world.raise("a", "Go");
  wait_for_registration(world);
  CHECK(stuck(world).at(0).since == first + 11s);  // it has got on in between
}

TEST_CASE("an activity that waits makes its instance stuck, once", "[stuck]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("a");
  const auto item = world.fetch_one();
  auto ack = ack_of(item);
  ack.worker_items = {activity(item, 2), activity(item, 3)};
  world.ack(ack).value();
  const auto first = world.clock->now();
  for (const auto& work : world.fetch_work(2)) {
    world
        .ask<Done>(*world.worker,
                   AbandonWorker{work.lock_token, 5s, true, "registration of Act", {}})
        .value();
    world.clock->advance(1s);
  }
  const auto rows = stuck(world);
  REQUIRE(rows.size() == 1);
  CHECK(rows.at(0).waiting_for == "registration of Act");
  CHECK(rows.at(0).since == first);
}

TEST_CASE("what is in quarantine is stuck", "[stuck][quarantine]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("a");
  world.start("b");
  auto items = world.fetch(2);
  auto ack = ack_of(items.at(0));
  ack.worker_items = {activity(items.at(0), 2)};
  world.ack(ack).value();
  const auto first = world.clock->now();
  const auto work = world.fetch_work().at(0);
  world.ask<Done>(*world.worker, AbandonWorker{work.lock_token, {}, false, {}, "poison"}).value();
  world.clock->advance(1s);
  world
      .ask<Done>(*world.dispatcher,
                 AbandonOrchestrationItem{items.at(1).lock_token, {}, false, {}, "too often"})
      .value();
  const auto rows = stuck(world);
  REQUIRE(ids(rows) == Ids{"a", "b"});
  CHECK(rows.at(0).kind == StuckKind::quarantined);
  CHECK(rows.at(0).waiting_for == "activity `Act`: poison");
  CHECK(rows.at(0).since == first);
  CHECK(rows.at(1).waiting_for == "too often");
}

TEST_CASE("what is paused is stuck, for the widest reason", "[stuck][pause]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("a", "Order");
  world.start("b", "Order");
  world.start("c", "Pay");
  world.start("d", "Pay");
  const auto first = world.clock->now();
  pause_now(world, PauseScope::of_instance("a"));
  pause_now(world, PauseScope::of_instance("c"));
  world.clock->advance(1s);
  pause_now(world, PauseScope::of_orchestration("Order"));
  const auto rows = stuck(world);
  REQUIRE(ids(rows) == Ids{"a", "b", "c"});
  CHECK(rows.at(0).kind == StuckKind::paused);
  CHECK(rows.at(0).waiting_for == "orchestration `Order` is paused");
  CHECK(rows.at(0).since == first + 1s);
  CHECK(rows.at(2).waiting_for == "the instance is paused");
  CHECK(rows.at(2).since == first);

  world.clock->advance(1s);
  pause_now(world, PauseScope::of_store());
  StuckFilter filter;
  filter.limit = 3;
  CHECK(ids(stuck(world, filter)) == Ids{"a", "b", "c"});
  CHECK(stuck(world).size() == 4);
  CHECK(stuck(world).at(0).waiting_for == "the store is paused");
}

TEST_CASE("what has not changed for a time is shown if asked for", "[stuck]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  const auto t0 = world.clock->now();
  world.start("waits");
  world.start("done");
  world.start("fresh");
  for (const auto& item : world.fetch(3)) {
    if (item.instance == "done") {
      world.ack(complete_of(item)).value();
    } else {
      world
          .ack(ack_of(item, {started_event(), Event{0, 0, t0, event::ExternalSubscribed{"Go"}},
                             Event{0, 0, t0, event::TimerCreated{t0 + 1h}}}))
          .value();
    }
  }
  world.enqueue(start_item("later"), 1h).value();
  world.clock->advance(60s);
  world.raise("fresh", "Other");
  world.ack(ack_of(world.fetch_one(), {Event{0, 0, t0, event::ExternalEvent{"Other", ""}}}))
      .value();
  world.start("unattended");
  world.clock->advance(30s);
  CHECK(stuck(world).empty());
  StuckFilter filter;
  filter.no_progress_for = 90s;
  auto rows = stuck(world, filter);
  REQUIRE(ids(rows) == Ids{"waits", "later"});
  CHECK(rows.at(0).kind == StuckKind::no_progress);
  CHECK(rows.at(0).since == t0);
  CHECK(rows.at(0).waiting_for == "event `Go`, a timer");
  CHECK(rows.at(1).waiting_for == "its start, which is delayed");
  filter.no_progress_for = 90s + 1ms;
  CHECK(stuck(world, filter).empty());
  filter.no_progress_for = 30s;
  rows = stuck(world, filter);
  REQUIRE(rows.size() == 4);
  CHECK(rows.at(2).since == t0 + 60s);
  CHECK(rows.at(3).instance_id == "unattended");
  CHECK(rows.at(3).waiting_for == "a runtime that takes its messages");
  filter.limit = 1;
  CHECK(stuck(world, filter).size() == 1);
  filter.no_progress_for = Milliseconds::max();
  CHECK(stuck(world, filter).empty());
  filter.no_progress_for = Milliseconds::min();  // as good as none
  CHECK(stuck(world, filter).size() == 1);
}

TEST_CASE("reasons to wait are remembered until what waits gets on", "[stuck]") {
  storage::WaitingReasons reasons;
  const storage::WaitingReasons::Origin turn{1, 0, 0};
  const auto t0 = from_milliseconds(1000);
  reasons.set(turn, "one", t0);
  reasons.handed_out(turn);
  CHECK_FALSE(reasons.find(1));
  CHECK_FALSE(reasons.find(turn));
  CHECK(reasons.all().empty());
  reasons.set(turn, "one", t0 + 5s);
  CHECK(reasons.all().at(0).since == t0);
  reasons.set(turn, "two", t0 + 6s);
  CHECK(reasons.all().at(0).since == t0 + 6s);
  reasons.clear(turn);
  reasons.set(turn, "two", t0 + 7s);
  CHECK(reasons.all().at(0).since == t0 + 7s);
  reasons.clear_all(1);
  CHECK(reasons.all().empty());
}

}  // namespace duroxide::stuck_test
