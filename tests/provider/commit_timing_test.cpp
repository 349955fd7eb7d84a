// When a batch is committed, without any batch.

#include <catch2/catch.hpp>

#include "engine/commit_timing.hpp"

namespace duroxide::commit_timing_test {

using namespace duroxide::storage;

namespace {

struct Host final : CommitTiming::Host {
  int commits_asked = 0;
  int ticks_asked = 0;
  void commit_soon() override { ++commits_asked; }
  void tick_in(Milliseconds) override { ++ticks_asked; }
};

}  // namespace

TEST_CASE("the first change asks for a commit, once", "[commit_timing]") {
  Host host;
  CommitTiming timing(host, Milliseconds(2));
  CHECK_FALSE(timing.open());
  timing.changed();
  timing.changed();
  CHECK(timing.open());
  CHECK(host.commits_asked == 1);
  CHECK(timing.commit_due());
  timing.batch_ended();
  CHECK_FALSE(timing.commit_due());
  timing.changed();
  CHECK(host.commits_asked == 2);
  CHECK(host.ticks_asked == 0);
}

TEST_CASE("a turn ahead holds the commit until it ends", "[commit_timing]") {
  Host host;
  CommitTiming timing(host, Milliseconds(2));
  timing.changed();
  timing.turn_ahead_began();
  timing.turn_ahead_began();
  CHECK_FALSE(timing.closing());
  CHECK_FALSE(timing.commit_due());
  CHECK(timing.closing());
  CHECK(host.ticks_asked == 1);
  timing.turn_ahead_ended();
  CHECK(host.commits_asked == 1);
  timing.turn_ahead_ended();
  CHECK(host.commits_asked == 2);
  CHECK(timing.commit_due());
}

TEST_CASE("a tick ends a hold, but only its own", "[commit_timing]") {
  Host host;
  CommitTiming timing(host, Milliseconds(2));
  timing.changed();
  timing.turn_ahead_began();
  (void)timing.commit_due();
  REQUIRE(host.ticks_asked == 1);
  timing.batch_ended();
  // The next hold begins while the first one's tick is still on its way.
  timing.changed();
  timing.turn_ahead_began();
  (void)timing.commit_due();
  CHECK(host.ticks_asked == 1);
  CHECK_FALSE(timing.tick_due());
  CHECK(host.ticks_asked == 2);
  CHECK(timing.tick_due());
  timing.batch_ended();
  CHECK_FALSE(timing.tick_due());
  CHECK(host.ticks_asked == 2);
}

}  // namespace duroxide::commit_timing_test
