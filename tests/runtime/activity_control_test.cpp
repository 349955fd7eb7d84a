// Cancellation of activities, the time they have left to return, and their heartbeats.

#include "activity_fixture.hpp"

namespace duroxide::activity_control_test {

using namespace duroxide::provider;
using namespace duroxide::runtime;
using namespace duroxide::runtime::test;

namespace {

const auto grace = Milliseconds(10'000);

Heartbeat next_heartbeat(const ActivityFixture& f, Done reply = Done()) {
  return f.provider.answer<Heartbeat>(std::move(reply));
}

void report(const ActivityFixture& f, const SharedDelivery& delivery, std::string details,
            DeterministicSystem& system) {
  if (delivery->offer_progress(std::move(details))) {
    actors::send_from_outside(f.dispatcher, ProgressMade{delivery});
  }
  system.run();
}

}  // namespace

TEST_CASE("cancellation: one that runs is told to stop", "[workers][cancellation]") {
  ActivityFixture f(2);
  f.deliver({1, 2});
  const auto first = f.given(static_cast<std::size_t>(f.runs(1)));
  const auto second = f.given(static_cast<std::size_t>(f.runs(2)));
  f.cancel({1});
  CHECK(first->stop.stop_requested());
  CHECK_FALSE(second->stop.stop_requested());
  CHECK(f.provider.count<AwaitCancelledWork>() == 1);  // it waits for the next
  f.cancel({2});
  CHECK(second->stop.stop_requested());
}

TEST_CASE("cancellation: one that waits is not run, and makes room", "[workers][cancellation]") {
  ActivityFixture f(1);
  CHECK(f.deliver({1, 2}) == 2);
  CHECK(f.provider.count<DequeueWorkerPeekLock>() == 0);
  f.cancel({2});
  CHECK(f.provider.count<DequeueWorkerPeekLock>() == 1);
  CHECK(f.finish_one() == 1);
  CHECK(f.running() == 0);
}

TEST_CASE("cancellation: of what is not here is nothing to do", "[workers][cancellation]") {
  ActivityFixture f(1);
  f.deliver({1});
  f.finish_one();  // ended, or left open
  f.cancel({1, 99});
  f.cancel({});
  f.advance(grace);
  CHECK(f.logged.empty());
  CHECK(f.workers.size() == 1);
  f.deliver({2});
  CHECK(f.running() == 1);
}

TEST_CASE("cancellation: a failed request for it is repeated after a pause",
          "[workers][cancellation]") {
  ActivityFixture f(1);
  f.provider.answer<AwaitCancelledWork>(
      Answer<std::vector<LockToken>>(failure(provider_error(ProviderError::Kind::storage))));
  CHECK(f.provider.count<AwaitCancelledWork>() == 0);
  CHECK(f.logged.size() == 1);
  actors::send_from_outside(f.dispatcher, TryAgain{});
  f.system.run();
  CHECK(f.provider.count<AwaitCancelledWork>() == 1);
  CHECK(f.provider.count<DequeueWorkerPeekLock>() == 1);
}

TEST_CASE("cancellation: one that returns in time keeps its worker", "[workers][cancellation]") {
  ActivityFixture f(1);
  f.deliver({1});
  f.cancel({1});
  f.advance(grace - Milliseconds(1));
  f.finish(0);
  f.advance(grace);
  CHECK(f.logged.empty());
  CHECK(f.workers.size() == 1);
  f.deliver({2});
  CHECK(f.runs(2) == 0);
}

TEST_CASE("cancellation: one that does not return is left behind", "[workers][cancellation]") {
  ActivityFixture f(1);
  f.deliver({1, 2});
  f.cancel({1});
  f.advance(grace - Milliseconds(1));
  CHECK(f.workers.size() == 1);
  f.advance(Milliseconds(1));
  REQUIRE(f.workers.size() == 2);
  REQUIRE(f.logged.size() == 1);
  CHECK(f.logged[0].level == LogLevel::warn);
  CHECK(f.logged[0].activity == "A");
  CHECK(f.logged[0].instance == "i1");
  CHECK(f.logged[0].message.find("activity A of instance i1 was cancelled and has not returned "
                                 "within 10000 ms") == 0);
  CHECK(f.runs(2) == 1);  // by the other worker
  SECTION("and its worker ends when it returns at last") {
    CHECK_FALSE(actors::has_ended(f.workers[0].actor()));
    f.finish(0);
    CHECK(actors::has_ended(f.workers[0].actor()));
    f.finish(1);
    f.deliver({3});
    CHECK(f.runs(3) == 1);
  }
  SECTION("once") {
    f.advance(grace);
    CHECK(f.logged.size() == 1);
    CHECK(f.workers.size() == 2);
  }
  SECTION("and not waited for when the runtime stops") {
    f.finish(1);
    f.drain();
    f.provider.answer<ReleaseHolder>(Done());
    CHECK(f.drained);
  }
}

TEST_CASE("cancellation: without any time to return, the next look at the clock is the end",
          "[workers][cancellation]") {
  ActivityFixture f(1, RuntimeOptions().activity_cancellation_grace(Milliseconds(0)));
  f.deliver({1});
  f.cancel({1});
  f.advance(Milliseconds(0));
  CHECK(f.workers.size() == 2);
}

TEST_CASE("cancellation: the time is that of each call", "[workers][cancellation]") {
  ActivityFixture f(2);
  f.deliver({1, 2});
  f.cancel({1});
  f.advance(grace / 2);
  f.cancel({2});
  f.advance(grace / 2);
  CHECK(f.logged.size() == 1);
  f.advance(grace / 2);
  CHECK(f.logged.size() == 2);
}

TEST_CASE("cancellation: in a runtime that stops, one that is left behind is not waited for",
          "[workers][cancellation][stop]") {
  ActivityFixture f(1);
  f.deliver({1});
  f.cancel({1});
  f.drain();
  CHECK(f.provider.count<ReleaseHolder>() == 0);
  f.advance(grace);
  CHECK(f.workers.size() == 1);
  f.provider.answer<ReleaseHolder>(Done());
  CHECK(f.drained);
}

TEST_CASE("stopping: what still runs is told to stop when nobody waits any longer",
          "[workers][cancellation][stop]") {
  ActivityFixture f(1);
  f.deliver({1});
  const auto delivery = f.given(0);
  f.drain();
  CHECK_FALSE(delivery->stop.stop_requested());
  bool released_before = false;
  std::stop_callback watch(delivery->stop.get_token(),
                           [&] { released_before = f.provider.count<ReleaseHolder>() == 1; });
  f.give_up();
  CHECK(delivery->stop.stop_requested());
  CHECK(released_before);  // so that the store refuses what the activity now returns
}

TEST_CASE("heartbeats: they go to the store, one at a time, the newest first",
          "[workers][heartbeats]") {
  ActivityFixture f(1);
  f.deliver({1});
  const auto delivery = f.given(0);
  report(f, delivery, "10", f.system);
  report(f, delivery, "20", f.system);
  report(f, delivery, "30", f.system);
  REQUIRE(f.provider.count<Heartbeat>() == 1);
  const Heartbeat first = next_heartbeat(f);
  CHECK(first.activity.instance == "i1");
  CHECK(first.activity.execution_id == 1);
  CHECK(first.activity.event_id == 2);
  CHECK(first.details == "10");
  REQUIRE(f.provider.count<Heartbeat>() == 1);
  CHECK(next_heartbeat(f).details == "30");
  CHECK(f.provider.count<Heartbeat>() == 0);
  report(f, delivery, "40", f.system);
  CHECK(next_heartbeat(f).details == "40");
}

TEST_CASE("heartbeats: the last is sent, even if the activity has returned",
          "[workers][heartbeats]") {
  ActivityFixture f(1);
  f.deliver({1});
  const auto delivery = f.given(0);
  report(f, delivery, "10", f.system);
  report(f, delivery, "20", f.system);
  f.finish(0);  // it completes later, say
  next_heartbeat(f);
  CHECK(next_heartbeat(f, Done(failure(provider_error(ProviderError::Kind::activity_not_found))))
            .details == "20");
  f.advance(grace);
  CHECK(f.workers.size() == 1);
}

TEST_CASE("heartbeats: one that nobody waits for any more is told to stop",
          "[workers][cancellation][heartbeats]") {
  ActivityFixture f(1);
  f.deliver({1});
  const auto delivery = f.given(0);
  report(f, delivery, "10", f.system);
  next_heartbeat(f, Done(failure(provider_error(ProviderError::Kind::activity_not_found))));
  CHECK(delivery->stop.stop_requested());
  f.advance(grace);
  CHECK(f.workers.size() == 2);
}

TEST_CASE("heartbeats: one that the store refuses is only logged", "[workers][heartbeats]") {
  ActivityFixture f(1);
  f.deliver({1});
  const auto delivery = f.given(0);
  report(f, delivery, "10", f.system);
  report(f, delivery, "20", f.system);
  next_heartbeat(f, Done(failure(provider_error(ProviderError::Kind::storage))));
  CHECK_FALSE(delivery->stop.stop_requested());
  CHECK(f.logged.size() == 1);
  CHECK(next_heartbeat(f).details == "20");
}

}  // namespace duroxide::activity_control_test
