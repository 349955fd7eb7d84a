// Sessions: their activities run on one worker, one after another, and hold up nobody else.

#include <numeric>

#include "activity_fixture.hpp"

namespace duroxide::sessions_test {

using namespace duroxide::provider;
using namespace duroxide::runtime;
using namespace duroxide::runtime::test;

namespace {

const auto idle_timeout = Milliseconds(300'000);

std::vector<LockToken> tokens(LockToken first, std::size_t count) {
  std::vector<LockToken> all(count);
  std::iota(all.begin(), all.end(), first);
  return all;
}

std::vector<std::string> released(const ActivityFixture& f) {
  return f.provider.take<ReleaseSessions>().request.sessions;
}

std::size_t worker_of(const ActivityFixture& f, LockToken token) {
  REQUIRE(f.runs(token) >= 0);
  return static_cast<std::size_t>(f.runs(token));
}

/// The request that waits in the store.
DequeueWorkerPeekLock parked(const ActivityFixture& f) {
  REQUIRE(f.provider.count<DequeueWorkerPeekLock>() == 1);
  return f.provider.first<DequeueWorkerPeekLock>().request;
}

}  // namespace

TEST_CASE("sessions: one worker, one after another, in order", "[sessions][workers]") {
  ActivityFixture f(3);
  f.deliver_session("s", {1, 2, 3});
  CHECK(f.running() == 1);
  const std::size_t worker = worker_of(f, 1);
  CHECK(f.finish(worker) == 1);
  CHECK(f.finish(worker) == 2);
  CHECK(f.finish(worker) == 3);
  CHECK(f.running() == 0);
  SECTION("also later") {
    f.deliver({10});
    f.deliver_session("s", {4});
    if (f.runs(10) == static_cast<int>(worker)) {
      CHECK(f.runs(4) == -1);
      f.finish(worker);
    }
    CHECK(f.runs(4) == static_cast<int>(worker));
  }
}

TEST_CASE("sessions: a new one goes to an idle worker, or to the one that has the fewest",
          "[sessions][workers]") {
  ActivityFixture f(2);
  f.deliver_session("a", {1});
  const std::size_t first = worker_of(f, 1);
  f.deliver_session("b", {2});
  const std::size_t second = worker_of(f, 2);
  CHECK(first != second);
  f.finish(first);
  f.deliver_session("c", {3});  // one is idle
  CHECK(worker_of(f, 3) == first);
  f.deliver_session("d", {4});  // none is: the second has fewer
  CHECK(f.runs(4) == -1);
  f.finish(first);
  CHECK(f.runs(4) == -1);
  f.finish(second);
  CHECK(worker_of(f, 4) == second);
}

TEST_CASE("sessions: what waits for a busy worker does not hold up others", "[sessions][workers]") {
  ActivityFixture f(2);
  f.deliver_session("s", tokens(1, 4));
  const std::size_t busy = worker_of(f, 1);
  f.deliver({10});
  CHECK(worker_of(f, 10) == 1 - busy);
  for (LockToken token = 11; token < 20; ++token) {
    REQUIRE(f.provider.count<DequeueWorkerPeekLock>() == 1);
    f.deliver({token});
    f.finish(1 - busy);
    CHECK(worker_of(f, token) == 1 - busy);
  }
  CHECK(worker_of(f, 1) == busy);
}

TEST_CASE("sessions: a worker takes what came first, of its sessions or not",
          "[sessions][workers]") {
  ActivityFixture f(1);
  WorkerItems items;
  for (const LockToken token : tokens(1, 4)) {
    items.push_back(activity_item("A", token));
    if (token != 3) {
      items.back().item.session = "s";
    }
  }
  f.deliver_items(std::move(items));
  CHECK(f.finish(0) == 1);
  CHECK(f.finish(0) == 2);
  CHECK(f.finish(0) == 3);
  CHECK(f.finish(0) == 4);
}

TEST_CASE("sessions: when every worker has enough waiting, no more is fetched",
          "[sessions][workers]") {
  ActivityFixture f(1);
  f.deliver_session("a", {1, 2});
  CHECK(f.provider.count<DequeueWorkerPeekLock>() == 0);
  f.finish(0);
  CHECK(f.provider.count<DequeueWorkerPeekLock>() == 1);
}

TEST_CASE("sessions: one with too many waiting is not fetched for until there are fewer",
          "[sessions][workers]") {
  ActivityFixture f(2);
  CHECK(f.deliver_session("s", tokens(1, 65)).saturated_sessions.empty());
  const std::size_t worker = worker_of(f, 1);
  CHECK(parked(f).saturated_sessions.empty());  // one runs, 64 wait
  f.deliver_session("s", {66});
  CHECK(parked(f).saturated_sessions == std::vector<std::string>{"s"});
  for (LockToken token = 1; token <= 32; ++token) {
    CHECK(f.finish(worker) == token);
  }
  CHECK(f.provider.count<DequeueWorkerPeekLock>() == 1);
  f.finish(worker);  // 32 wait: now the request that leaves it out is not enough
  REQUIRE(f.provider.count<DequeueWorkerPeekLock>() == 2);
  CHECK(f.deliver({100}) > 0);
  CHECK(parked(f).saturated_sessions.empty());
  f.finish(worker);
  CHECK(f.provider.count<DequeueWorkerPeekLock>() == 1);  // and now it is
}

TEST_CASE("sessions: one that is idle for long enough is given back", "[sessions][workers]") {
  ActivityFixture f(2);
  f.deliver_session("a", {1});
  f.deliver_session("b", {2});
  f.finish(worker_of(f, 1));
  f.advance(idle_timeout - Milliseconds(1));
  CHECK(f.provider.count<ReleaseSessions>() == 0);
  f.advance(Milliseconds(1));
  CHECK(released(f) == std::vector<std::string>{"a"});
  f.advance(idle_timeout);
  CHECK(f.provider.count<ReleaseSessions>() == 0);  // the other runs
  f.finish_one();
  f.advance(idle_timeout);
  CHECK(released(f) == std::vector<std::string>{"b"});
  SECTION("and begins anew") {
    f.deliver_session("a", {3, 4});
    f.finish(worker_of(f, 3));
    CHECK(f.runs(4) >= 0);
  }
}

TEST_CASE("sessions: an activity in time keeps one alive", "[sessions][workers]") {
  ActivityFixture f(1);
  f.deliver_session("a", {1});
  f.finish(0);
  f.advance(idle_timeout - Milliseconds(1));
  f.deliver_session("a", {2});
  f.advance(idle_timeout);
  f.finish(0);
  f.advance(idle_timeout - Milliseconds(1));
  CHECK(f.provider.count<ReleaseSessions>() == 0);
  f.advance(Milliseconds(1));
  CHECK(released(f) == std::vector<std::string>{"a"});
}

TEST_CASE("sessions: those of a worker that is left behind move", "[sessions][workers]") {
  ActivityFixture f(2);
  f.deliver_session("s", {1, 2, 3});
  const std::size_t first = worker_of(f, 1);
  f.cancel({1});
  f.advance(Milliseconds(10'000));
  const std::size_t second = worker_of(f, 2);
  CHECK(second != first);
  CHECK(f.finish(second) == 2);
  CHECK(f.finish(second) == 3);
}

TEST_CASE("sessions: those of a worker that has died move", "[sessions][workers]") {
  ActivityFixture f(2);
  f.deliver_session("s", {1});
  const std::size_t first = worker_of(f, 1);
  f.finish(first);
  f.workers[first].end();
  f.deliver_session("s", {2, 3, 4});
  CHECK(f.provider.take<AbandonWorker>().request.lock_token == 2);
  const std::size_t second = worker_of(f, 3);
  CHECK(second != first);
  CHECK(f.finish(second) == 3);
  CHECK(f.finish(second) == 4);
}

TEST_CASE("sessions: without any worker they go back to the store", "[sessions][workers]") {
  ActivityFixture f(1);
  f.makes_workers = false;
  f.workers[0].end();
  f.deliver_session("s", {1, 2});
  std::vector<LockToken> given_back;
  while (f.provider.count<AbandonWorker>() != 0) {
    given_back.push_back(f.provider.answer<AbandonWorker>(Done()).lock_token);
  }
  CHECK(given_back == std::vector<LockToken>{1, 2});
}

TEST_CASE("sessions: a cancelled activity that waits is not run",
          "[sessions][workers][cancellation]") {
  ActivityFixture f(1);
  f.deliver_session("s", {1, 2, 3});
  f.cancel({2});
  CHECK(f.finish(0) == 1);
  CHECK(f.finish(0) == 3);
  f.advance(idle_timeout);
  CHECK(released(f) == std::vector<std::string>{"s"});
}

TEST_CASE("sessions: a runtime that stops runs none of what waits", "[sessions][workers][stop]") {
  ActivityFixture f(1);
  f.deliver_session("s", {1, 2});
  f.drain();
  f.finish(0);
  CHECK(f.running() == 0);
  f.provider.answer<ReleaseHolder>(Done());
  CHECK(f.drained);
}

}  // namespace duroxide::sessions_test
