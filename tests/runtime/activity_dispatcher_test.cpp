// The activity dispatcher: credits, the queue in front of its workers, back-off, poison, stopping.
// Provider and workers are scripted.

#include "runtime/activity_dispatcher.hpp"
#include "fixture.hpp"

using namespace duroxide;
using namespace duroxide::provider;
using namespace duroxide::runtime;
using namespace duroxide::runtime::test;

namespace {

using ScriptedWorker = ScriptedActor<WorkerActor, Asked<RunActivity, ActivityEnded>>;

struct ActivityFixture : Fixture {
  explicit ActivityFixture(std::size_t worker_count, RuntimeOptions options = RuntimeOptions())
      : Fixture(std::move(options)) {
    activity("A", [](std::string input) { return input; });
    std::vector<WorkerActor> handles;
    for (std::size_t i = 0; i < worker_count; ++i) {
      workers.emplace_back(system);
      handles.push_back(workers.back().actor());
    }
    dispatcher = system.get().spawn<ActivityDispatcher>(environment, handles);
    system.run();
  }
  ~ActivityFixture() {
    for (auto& worker : workers) {
      worker.end();
    }
    provider.end();
    drain();
    give_up();
  }

  /// Answers the parked request with activities of these tokens, and returns its credit.
  std::uint64_t deliver(const std::vector<LockToken>& tokens, const std::string& name = "A") {
    WorkerItems items;
    for (const LockToken token : tokens) {
      items.push_back(activity_item(name, token));
    }
    return deliver_items(std::move(items));
  }
  std::uint64_t deliver_items(WorkerItems items) {
    return provider.answer<DequeueWorkerPeekLock>(Answer<WorkerItems>(std::move(items))).max_items;
  }
  std::size_t running() {
    std::size_t count = 0;
    for (auto& worker : workers) {
      count += worker.count<RunActivity>();
    }
    return count;
  }
  /// Lets one busy worker end; returns the token of what it ran.
  LockToken finish_one() {
    for (auto& worker : workers) {
      if (worker.count<RunActivity>() != 0) {
        return worker.answer<RunActivity>(ActivityEnded{}).item.lock_token;
      }
    }
    FAIL("no worker is busy");
    return 0;
  }
  void give_up() {
    actors::send_from_outside(dispatcher, GiveUp{});
    system.run();
  }
  void drain() {
    actors::send_from_outside(dispatcher, Drain{[this] { drained = true; }});
    system.run();
  }

  std::vector<ScriptedWorker> workers;
  ActivityDispatcherActor dispatcher;
  bool drained = false;
};

}  // namespace

TEST_CASE("activities: it asks for what its workers can run now and next") {
  ActivityFixture f(2);
  CHECK(f.deliver({1}) == 4);
  CHECK(f.running() == 1);
  CHECK(f.deliver({2, 3, 4}) == 3);
  CHECK(f.running() == 2);
  CHECK(f.provider.count<DequeueWorkerPeekLock>() == 0);
  SECTION("a worker that is idle again takes the next in order") {
    f.finish_one();
    CHECK(f.running() == 2);
    CHECK(f.provider.take<DequeueWorkerPeekLock>().request.max_items == 1);
  }
}

TEST_CASE("activities: they are started in the order in which they came") {
  ActivityFixture f(1);
  f.deliver({1, 2});
  CHECK(f.finish_one() == 1);
  f.deliver({3});
  CHECK(f.finish_one() == 2);
  CHECK(f.finish_one() == 3);
}

TEST_CASE("activities: one without code is tried again, later each time") {
  ActivityFixture f(1,
                    RuntimeOptions().unregistered_backoff(Milliseconds(1000), Milliseconds(3000)));
  std::vector<std::int64_t> delays;
  for (int i = 0; i < 3; ++i) {
    f.deliver({7}, "B");
    const auto abandon = f.provider.answer<AbandonWorker>(Done());
    CHECK(abandon.lock_token == 7);
    CHECK(abandon.ignore_attempt);
    CHECK(abandon.waiting_for == "waiting for registration of activity B");
    delays.push_back(abandon.delay.count());
  }
  CHECK(delays == std::vector<std::int64_t>{1000, 2000, 3000});
  CHECK(f.running() == 0);
  CHECK(f.logged.size() == 1);
}

TEST_CASE("activities: one delivered too often fails without being run") {
  ActivityFixture f(1, RuntimeOptions().max_attempts(2));
  auto item = activity_item("A", 9);
  item.attempt_count = 3;
  f.deliver_items({item});
  CHECK(f.running() == 0);
  const auto ack = f.provider.answer<AckWorker>(Done());
  CHECK(ack.lock_token == 9);
  REQUIRE(ack.completion);
  const auto& failed = std::get<work::ActivityFailed>(*ack.completion);
  CHECK(failed.instance == item.item.instance);
  CHECK(failed.id == item.item.id);
  CHECK(failed.details.category == ErrorCategory::poison);
  CHECK(failed.details.kind == ErrorKind::poisoned_activity);
  CHECK(failed.details.attempts == 3);
  CHECK(failed.details.max_attempts == 2);
}

TEST_CASE("activities: a failed fetch is repeated after a pause") {
  ActivityFixture f(1);
  f.provider.answer<DequeueWorkerPeekLock>(
      Answer<WorkerItems>(failure(provider_error(ProviderError::Kind::storage))));
  CHECK(f.provider.count<DequeueWorkerPeekLock>() == 0);
  actors::send_from_outside(f.dispatcher, TryAgain{});
  f.system.run();
  CHECK(f.provider.count<DequeueWorkerPeekLock>() == 1);
}

TEST_CASE("activities: a worker that dies gives its activity back") {
  ActivityFixture f(1);
  f.workers[0].end();
  f.deliver({5});
  CHECK(f.provider.take<AbandonWorker>().request.lock_token == 5);
  CHECK(f.logged.size() == 1);
}

TEST_CASE("activities: draining waits for what runs, and gives back what does not") {
  ActivityFixture f(1);
  f.deliver({1, 2});
  f.drain();
  CHECK(f.provider.count<ReleaseHolder>() == 0);
  SECTION("until it has ended") {
    f.finish_one();
    CHECK(f.running() == 0);  // the second was not started
  }
  SECTION("or until nobody waits any longer") {
    f.give_up();
  }
  f.provider.answer<ReleaseHolder>(Done());
  CHECK(f.drained);
  CHECK(actors::has_ended(f.dispatcher));
}

TEST_CASE("activities: a store that is gone ends the work") {
  ActivityFixture f(1);
  f.deliver({1, 2});
  f.provider.end();
  CHECK_FALSE(*f.environment->store_works);
  f.drain();
  CHECK_FALSE(f.drained);
  f.finish_one();
  CHECK(f.drained);
}
