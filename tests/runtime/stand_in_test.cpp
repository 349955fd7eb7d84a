// The one who stands in for workers: which activities the dispatcher gives it, and what becomes of them.

#include <chrono>

#include "activity_fixture.hpp"
#include "runtime/run_length.hpp"

namespace duroxide::stand_in_test {

using namespace duroxide::provider;
using namespace duroxide::runtime;
using namespace duroxide::runtime::test;
using namespace std::chrono_literals;

namespace {

/// Two workers, and an activity `A` whose last run was short.
struct StandInFixture : ActivityFixture {
  StandInFixture() : ActivityFixture(2) { has_run_for(10us); }

  void has_run_for(std::chrono::nanoseconds length) const {
    const auto found = environment->activities.resolve("A");
    REQUIRE(found);
    found->run_length->observe(length);
  }
  /// What it was given; 0 if nothing.
  [[nodiscard]] LockToken given_to_stand_in() const {
    return stand_in.count<RunInstead>() == 0
               ? 0
               : stand_in.first<RunInstead>().request.run.delivery->item.lock_token;
  }
  void stand_in_ends() const { (void)stand_in.answer<RunInstead>(ActivityEnded{}); }
};

}  // namespace

TEST_CASE("stand-in: it is given what has been short of late, and in whose stead", "[workers]") {
  StandInFixture f;
  f.deliver({1});
  CHECK(f.running() == 0);
  REQUIRE(f.given_to_stand_in() == 1);
  CHECK(f.stand_in.first<RunInstead>().request.worker == f.workers[1].actor());
  SECTION("and what it comes to goes to the store") {
    const work::ActivityExecute item =
        f.stand_in.first<RunInstead>().request.run.delivery->item.item;
    (void)f.stand_in.answer<RunInstead>(
        ActivityEnded{work::ActivityCompleted{item.instance, item.execution_id, item.id, "out"}});
    CHECK(f.provider.take<AckWorker>().request.lock_token == 1);
  }
  SECTION("and then the next") {
    f.stand_in_ends();
    f.deliver({2});
    CHECK(f.given_to_stand_in() == 2);
  }
  SECTION("and it counts among those that run") {
    CHECK(f.deliver({2}) == 3);
    CHECK(f.runs(2) == 0);
    f.deliver({3});
    CHECK(f.running() == 1);  // the third waits: the worker is taken in whose stead the first runs
  }
}

TEST_CASE("stand-in: a worker has what nobody knows to be short", "[workers]") {
  StandInFixture f;
  SECTION("as one that has not run yet") {
    f.activity("B", [](std::string input) { return input; });
    f.deliver({1}, "B");
  }
  SECTION("or one that was long of late") {
    f.has_run_for(20ms);
    f.has_run_for(1us);
    f.deliver({1});
  }
  SECTION("or one of a session") {
    f.deliver_session("s", {1});
  }
  CHECK(f.given_to_stand_in() == 0);
  CHECK(f.running() == 1);
}

TEST_CASE("stand-in: of several that come at once it is given the first", "[workers]") {
  StandInFixture f;
  f.deliver({1, 2});
  CHECK(f.given_to_stand_in() == 1);
  CHECK(f.runs(2) == 0);
}

TEST_CASE("stand-in: while anything runs, a worker has what comes", "[workers]") {
  StandInFixture f;
  f.deliver({1, 2});
  f.stand_in_ends();
  f.deliver({3});
  CHECK(f.given_to_stand_in() == 0);
  CHECK(f.running() == 2);
}

TEST_CASE("stand-in: when it is lost, its activity is tried again, and workers go on",
          "[workers]") {
  StandInFixture f;
  f.stand_in.end();
  f.deliver({1});
  CHECK(f.provider.answer<AbandonWorker>(Done()).lock_token == 1);
  CHECK(f.logged.size() == 1);
  CHECK(f.workers.size() == 3);  // one was replaced, as it is not known whose fault it was
  f.deliver({2, 3});
  CHECK(f.running() == 2);
}

TEST_CASE("stand-in: while what was left behind holds it, workers go on",
          "[workers][cancellation]") {
  StandInFixture f;
  f.deliver({1});
  f.cancel({1});
  f.advance(Milliseconds(10'000));
  CHECK(f.workers.size() == 3);
  f.deliver({2});
  CHECK(f.given_to_stand_in() == 1);
  CHECK(f.running() == 1);
  f.finish_one();
  f.stand_in_ends();
  f.deliver({3});
  CHECK(f.given_to_stand_in() == 3);
}

TEST_CASE("stand-in: a stop waits for what it runs", "[workers][stop]") {
  StandInFixture f;
  f.deliver({1});
  f.drain();
  CHECK(f.provider.count<ReleaseHolder>() == 0);
  f.stand_in_ends();
  f.provider.answer<ReleaseHolder>(Done());
  CHECK(f.drained);
}

TEST_CASE("run length: a long run is remembered for some time", "[workers]") {
  RunLength length;
  CHECK_FALSE(length.is_below(1h));  // nobody knows
  length.observe(10us);
  CHECK(length.is_below(11us));
  CHECK_FALSE(length.is_below(10us));
  length.observe(10ms);
  length.observe(10us);
  CHECK_FALSE(length.is_below(5ms));
  for (int run = 0; run < 100; ++run) {
    length.observe(10us);
  }
  CHECK(length.is_below(20us));
}

}  // namespace duroxide::stand_in_test
