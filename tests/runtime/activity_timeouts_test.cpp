// Activities that may run for so long, or be silent for so long, and no longer.

#include "activity_fixture.hpp"

namespace duroxide::activity_timeouts_test {

using namespace duroxide::provider;
using namespace duroxide::runtime;
using namespace duroxide::runtime::test;

namespace {

const auto grace = Milliseconds(10'000);

void deliver_with(ActivityFixture& f, LockToken token, const ActivityTimeouts& timeouts) {
  WorkerItems items;
  items.push_back(activity_item("A", token));
  items.back().item.timeouts = timeouts;
  f.deliver_items(std::move(items));
}

/// The failure that the store is told, of the activity with this token.
ErrorDetails failure_of(const ActivityFixture& f, LockToken token) {
  const auto ack = f.provider.answer<AckWorker>(Done());
  CHECK(ack.lock_token == token);
  REQUIRE(ack.completion);
  REQUIRE(std::holds_alternative<work::ActivityFailed>(*ack.completion));
  return std::get<work::ActivityFailed>(*ack.completion).details;
}

}  // namespace

TEST_CASE("an activity that runs for longer than it may is given up", "[workers][retry]") {
  ActivityFixture f(1);
  deliver_with(f, 1, {2'000, 0});
  const auto delivery = f.given(0);
  f.advance(Milliseconds(1'999));
  CHECK(f.provider.count<AckWorker>() == 0);
  f.advance(Milliseconds(1));
  const auto details = failure_of(f, 1);
  CHECK(details.kind == ErrorKind::attempt_timed_out);
  CHECK(details.message == "activity A has run for longer than 2000 ms");
  CHECK(details.subject == "A");
  CHECK(details.retryable);
  CHECK(details.chain.size() == 1);
  CHECK(delivery->stop.stop_requested());
  REQUIRE(f.logged.size() == 1);
  CHECK(f.logged[0].level == LogLevel::warn);
  CHECK(f.logged[0].message == "activity A has run for longer than 2000 ms and is given up");

  SECTION("and what it returns then is told to nobody who would take it") {
    f.complete(0);
    CHECK(f.provider.count<AckWorker>() == 1);
    f.provider.answer<AckWorker>(
        Done(failure(provider_error(ProviderError::Kind::invalid_lock_token))));
    CHECK(f.provider.count<AbandonWorker>() == 0);
    f.deliver({2});
    CHECK(f.runs(2) == 0);
  }
  SECTION("and its worker with it, if it does not return") {
    f.advance(grace);
    CHECK(f.workers.size() == 2);
    f.deliver({2});
    CHECK(f.runs(2) == 1);
  }
}

TEST_CASE("an activity that sends no heartbeat for longer than it may is given up",
          "[workers][heartbeats]") {
  ActivityFixture f(1);
  deliver_with(f, 1, {0, 2'000});
  const auto delivery = f.given(0);
  SECTION("from its beginning on") {
    f.advance(Milliseconds(2'000));
    CHECK(failure_of(f, 1).message == "activity A has sent no heartbeat for 2000 ms");
    CHECK(delivery->stop.stop_requested());
  }
  SECTION("from its last heartbeat on") {
    for (int i = 0; i < 5; ++i) {
      f.advance(Milliseconds(1'500));
      delivery->gives_sign(f.clock->now());
    }
    f.advance(Milliseconds(1'999));
    CHECK(f.provider.count<AckWorker>() == 0);
    f.advance(Milliseconds(1));
    CHECK(failure_of(f, 1).kind == ErrorKind::attempt_timed_out);
  }
  SECTION("not if it returns in time") {
    f.advance(Milliseconds(1'999));
    f.complete(0);
    f.advance(Milliseconds(10'000));
    CHECK(f.provider.count<AckWorker>() == 1);
    CHECK_FALSE(delivery->stop.stop_requested());
    CHECK(f.logged.empty());
  }
}

TEST_CASE("of two timeouts of an activity the first that is over counts", "[workers][heartbeats]") {
  ActivityFixture f(1);
  deliver_with(f, 1, {3'000, 2'000});
  const auto delivery = f.given(0);
  SECTION("silence") {
    f.advance(Milliseconds(2'000));
    CHECK(failure_of(f, 1).message == "activity A has sent no heartbeat for 2000 ms");
  }
  SECTION("the whole time, whatever it says") {
    f.advance(Milliseconds(1'500));
    delivery->gives_sign(f.clock->now());
    f.advance(Milliseconds(1'500));
    CHECK(failure_of(f, 1).message == "activity A has run for longer than 3000 ms");
  }
}

TEST_CASE("an activity that waits for a worker does not run yet", "[workers]") {
  ActivityFixture f(1);
  f.deliver({1});
  deliver_with(f, 2, {2'000, 2'000});
  f.advance(Milliseconds(10'000));
  CHECK(f.provider.count<AckWorker>() == 0);
  f.finish(0);
  CHECK(f.runs(2) == 0);
  f.advance(Milliseconds(1'999));
  CHECK(f.provider.count<AckWorker>() == 0);
  f.advance(Milliseconds(1));
  CHECK(failure_of(f, 2).kind == ErrorKind::attempt_timed_out);
}

TEST_CASE("an activity that does not begin to run in time is given up", "[workers][retry]") {
  ActivityFixture f(1);
  f.deliver({1});
  WorkerItems items;
  for (const LockToken token : {LockToken(2), LockToken(3), LockToken(4)}) {
    items.push_back(activity_item("A", token));
    items.back().item.timeouts = ActivityTimeouts{0, 0, 2'000};
    items.back().item.start_due = f.clock->now() + Milliseconds(2'000);
  }
  items[1].item.session = "s";
  items[2].attempt_count = 2;  // an earlier delivery has begun
  f.deliver_items(std::move(items));
  SECTION("and does not run any more") {
    f.advance(Milliseconds(1'999));
    CHECK(f.provider.count<AckWorker>() == 0);
    f.advance(Milliseconds(1));
    const auto details = failure_of(f, 2);
    CHECK(details.kind == ErrorKind::attempt_timed_out);
    CHECK(details.message == "activity A has not begun to run within 2000 ms");
    CHECK(details.retryable);
    CHECK(failure_of(f, 3).message == details.message);
    CHECK(f.provider.count<AckWorker>() == 0);
    f.finish(0);
    CHECK(f.runs(4) == 0);
  }
  SECTION("but not one that has") {
    f.finish(0);
    CHECK(f.runs(2) == 0);
    f.advance(Milliseconds(10'000));
    CHECK(failure_of(f, 3).kind == ErrorKind::attempt_timed_out);
    CHECK(f.provider.count<AckWorker>() == 0);
    CHECK_FALSE(f.given(0)->stop.stop_requested());
  }
}

TEST_CASE("an activity that waited and was cancelled, or has run, is not given up besides",
          "[workers][cancellation]") {
  ActivityFixture f(1);
  f.deliver({1});
  WorkerItems items{activity_item("A", 2)};
  items[0].item.timeouts = ActivityTimeouts{0, 0, 2'000};
  items[0].item.start_due = f.clock->now() + Milliseconds(2'000);
  f.deliver_items(std::move(items));
  SECTION("cancelled") {
    f.cancel({2});
  }
  SECTION("run") {
    f.finish(0);
    f.finish(0);
  }
  f.advance(Milliseconds(10'000));
  CHECK(f.provider.count<AckWorker>() == 0);
  CHECK(f.logged.empty());
}

TEST_CASE("an activity that comes too late to begin in time runs if there is a worker for it",
          "[workers][retry]") {
  ActivityFixture f(1);
  const auto late = [&f](LockToken token) {
    WorkerItems items{activity_item("A", token)};
    items[0].item.timeouts = ActivityTimeouts{0, 0, 2'000};
    items[0].item.start_due = f.clock->now();
    return items;
  };
  f.deliver_items(late(1));
  CHECK(f.runs(1) == 0);
  CHECK(f.provider.count<AckWorker>() == 0);
  SECTION("and is given up at once if there is none") {
    f.deliver_items(late(2));
    CHECK(failure_of(f, 2).message == "activity A has not begun to run within 2000 ms");
  }
  SECTION("also in a session") {
    auto items = late(2);
    items[0].item.session = "s";
    f.deliver_items(std::move(items));
    CHECK(failure_of(f, 2).kind == ErrorKind::attempt_timed_out);
  }
}

TEST_CASE("an activity that is cancelled is not timed out besides", "[workers][cancellation]") {
  ActivityFixture f(1);
  deliver_with(f, 1, {2'000, 0});
  f.cancel({1});
  f.advance(Milliseconds(5'000));
  CHECK(f.provider.count<AckWorker>() == 0);
}

TEST_CASE("an activity is given up while its runtime stops, too", "[workers][stop]") {
  ActivityFixture f(1);
  deliver_with(f, 1, {2'000, 0});
  f.drain();
  f.advance(Milliseconds(2'000));
  CHECK(failure_of(f, 1).kind == ErrorKind::attempt_timed_out);
  f.finish(0);
  CHECK(f.provider.count<ReleaseHolder>() == 1);
}

TEST_CASE("an end of a timed out activity that the store refuses gives it back", "[workers]") {
  ActivityFixture f(1);
  deliver_with(f, 1, {2'000, 0});
  f.advance(Milliseconds(2'000));
  f.provider.answer<AckWorker>(Done(failure(provider_error(ProviderError::Kind::storage))));
  CHECK(f.provider.count<AbandonWorker>() == 1);
}

}  // namespace duroxide::activity_timeouts_test
