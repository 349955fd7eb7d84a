// What the participants of the engine assert, broken from outside. Each case ends a process of its own.

#include <catch2/catch.hpp>

#include "engine/cancelled_work.hpp"
#include "engine/change_feed.hpp"
#include "engine/commit_timing.hpp"
#include "engine/orchestrator_queue.hpp"
#include "engine/timer_queue.hpp"
#include "engine/waits.hpp"
#include "engine/worker_queue.hpp"
#include "storage/batch.hpp"
#include "storage/memory/memory_kv.hpp"
#include "support/expect_abort.hpp"

namespace duroxide::invariants_test {

using namespace duroxide::storage;
using duroxide::testing::ending_of;
using duroxide::testing::words_of_abort;

namespace {

TurnLease turn_of(Number number) {
  TurnLease lease;
  lease.number = number;
  return lease;
}

WorkLease work_of(std::uint64_t event_id) {
  WorkLease lease;
  lease.work.key = {1, 1, event_id};
  return lease;
}

TimerRow timer_of(std::uint64_t id) {
  return {from_milliseconds(1000), 1, 1, id};
}

struct IdleHost final : CommitTiming::Host {
  void commit_soon() override {}
  void tick_in(Milliseconds) override {}
};

StatusWait wait_for_end() {
  return {std::nullopt, [](const StatusWait::Answer&) {}};
}

}  // namespace

TEST_CASE("an instance has one turn lease at most", "[invariants][turns]") {
  OrchestratorQueue queue;
  const auto token = queue.lease(turn_of(1));
  CHECK_FALSE(queue.find(token)->has_more);
  queue.push(1);  // waits for the end of the lease
  CHECK(queue.find(token)->has_more);
  queue.end_lease(token);
  CHECK(queue.lease(turn_of(1)) != token);
  CHECK_THAT(words_of_abort([&] { (void)queue.lease(turn_of(1)); }),
             Catch::Contains("an instance has one turn lease at most"));
  CHECK_THAT(words_of_abort([&] { queue.end_lease(token); }),
             Catch::Contains("a turn lease that is ended is held"));
}

TEST_CASE("a queued instance is neither leased nor held back", "[invariants][turns]") {
  MemoryKv kv;
  const auto view = kv.snapshot();
  OrchestratorQueue queue;
  queue.push(1);
  CHECK_THAT(words_of_abort([&] {
               (void)queue.lease(turn_of(1));
               (void)queue.pop(*view);
             }),
             Catch::Contains("neither leased nor held back"));
  CHECK_THAT(words_of_abort([&] {
               queue.hold_back(1);
               (void)queue.pop(*view);
             }),
             Catch::Contains("neither leased nor held back"));
  CHECK(queue.pop(*view) == 1);
}

TEST_CASE("an activity has one lease at most", "[invariants][workers]") {
  WorkerQueue queue;
  const auto token = queue.lease(work_of(2));
  CHECK_THAT(words_of_abort([&] { (void)queue.lease(work_of(2)); }),
             Catch::Contains("an activity has one lease at most"));
  queue.end_lease(token);
  CHECK_THAT(words_of_abort([&] { queue.end_lease(token); }),
             Catch::Contains("a lease of an activity that is ended is held"));
}

TEST_CASE("a timer has one lease at most, which may be ended twice", "[invariants][timers]") {
  TimerQueue queue;
  const auto token = queue.lease(timer_of(2), 1);
  CHECK_THAT(words_of_abort([&] { (void)queue.lease(timer_of(2), 2); }),
             Catch::Contains("a timer has one lease at most"));
  queue.end_lease(token);
  CHECK(ending_of([&] { queue.end_lease(token); }).signal == 0);
}

TEST_CASE("a lease is cancelled once", "[invariants][cancellation]") {
  CancelledWork cancelled;
  cancelled.add(1, 5);
  cancelled.batch_committed();
  cancelled.add(1, 5);
  CHECK_THAT(words_of_abort([&] { cancelled.batch_committed(); }),
             Catch::Contains("a lease is cancelled once"));
}

TEST_CASE("a lane has a tag or a session", "[invariants][lanes]") {
  WorkLanes lanes;
  CHECK_THAT(words_of_abort([&] {
               lanes.push({{1, 1, 2}, std::make_shared<const WorkLane>()});
             }),
             Catch::Contains("a lane other than the usual one has a tag or a session"));
}

TEST_CASE("a sender has one wait of an id", "[invariants][waits]") {
  Waits waits;
  waits.add(1, 7, 1, wait_for_end());
  waits.add(1, 8, 1, wait_for_end());
  CHECK_THAT(words_of_abort([&] { waits.add(2, 7, 1, wait_for_end()); }),
             Catch::Contains("a sender has one wait of an id at most"));
  CHECK(waits.stop(7, 1).has_value());
  CHECK_FALSE(waits.stop(7, 1).has_value());
  waits.drop(8);
  CHECK_FALSE(waits.any(1));
}

TEST_CASE("the waits of one instance are told from those of the next", "[waits]") {
  Waits waits;
  waits.add(1, 7, 1, wait_for_end());
  waits.add(2, 7, 2, wait_for_end());
  CHECK(waits.has_one(1));
  waits.add(1, 8, 5, wait_for_end());
  CHECK_FALSE(waits.has_one(1));
  CHECK_FALSE(waits.has_one(3));
  std::size_t seen = 0;
  waits.remove_if(1, [&seen](const Wait& /*wait*/) { return ++seen == 2; });
  CHECK(seen == 2);
  CHECK(waits.has_one(1));
  CHECK(waits.take(1).size() == 1);
  CHECK_FALSE(waits.any(1));
  CHECK(waits.has_one(2));
  CHECK(waits.take_all().size() == 1);
  CHECK_FALSE(waits.stop(7, 2).has_value());
}

TEST_CASE("a subscription has room for a change", "[invariants][changes]") {
  ChangeFeed feed;
  CHECK_THAT(words_of_abort([&] { (void)feed.subscribe(1, 1, {}, 0); }),
             Catch::Contains("a subscription has room for a change"));
}

TEST_CASE("a turn runs ahead only of a batch that gathers", "[invariants][commit_timing]") {
  IdleHost host;
  CommitTiming timing(host, Milliseconds(2));
  const auto runs_ahead = [&] { timing.turn_ahead_began(); };
  const char* sentence = "a turn runs ahead only of a batch that gathers";
  CHECK_THAT(words_of_abort(runs_ahead), Catch::Contains(sentence));
  timing.changed();
  timing.turn_ahead_began();
  CHECK_FALSE(timing.commit_due());
  REQUIRE(timing.closing());
  CHECK_THAT(words_of_abort(runs_ahead), Catch::Contains(sentence));
}

TEST_CASE("a batch goes back to marks of the same request", "[invariants][kv]") {
  MemoryKv kv;
  Batch batch(kv);
  batch.put(Table::inbox, "a", "1");
  batch.count("c", 1);
  const auto mark = batch.mark();
  batch.put(Table::inbox, "b", "1");
  const auto later = batch.mark();
  batch.undo_to(mark);
  CHECK(batch.contains(Table::inbox, "a"));
  CHECK_FALSE(batch.contains(Table::inbox, "b"));
  const char* sentence = "a batch goes back to a mark of the same request, the latest first";
  CHECK_THAT(words_of_abort([&] { batch.undo_to(later); }), Catch::Contains(sentence));
  batch.begin_request();
  CHECK_THAT(words_of_abort([&] { batch.undo_to(mark); }), Catch::Contains(sentence));
}

}  // namespace duroxide::invariants_test
