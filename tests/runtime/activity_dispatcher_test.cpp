// The activity dispatcher: credits, the queue in front of its workers, back-off, poison, stopping.
// Provider and workers are scripted.

#include "activity_fixture.hpp"

namespace duroxide::activity_dispatcher_test {

using namespace duroxide::provider;
using namespace duroxide::runtime;
using namespace duroxide::runtime::test;

TEST_CASE("activities: it asks for what its workers can run now and next", "[workers]") {
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

TEST_CASE("activities: they are started in the order in which they came", "[workers]") {
  ActivityFixture f(1);
  f.deliver({1, 2});
  CHECK(f.finish_one() == 1);
  f.deliver({3});
  CHECK(f.finish_one() == 2);
  CHECK(f.finish_one() == 3);
}

TEST_CASE("activities: one without code is tried again, later each time",
          "[workers][registration]") {
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

TEST_CASE("activities: one delivered too often fails without being run", "[workers][poison]") {
  ActivityFixture f(1, RuntimeOptions().max_attempts(2).on_poison(PoisonPolicy::fail));
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
  CHECK(failed.details.describe_chain() == "activity A of i9");
  CHECK(f.logged.size() == 1);
}

TEST_CASE("activities: one delivered too often goes into quarantine",
          "[workers][poison][quarantine]") {
  ActivityFixture f(1, RuntimeOptions().max_attempts(2));
  auto item = activity_item("A", 9);
  item.attempt_count = 3;
  f.deliver_items({item});
  CHECK(f.running() == 0);
  CHECK(f.provider.count<AckWorker>() == 0);
  REQUIRE(f.logged.size() == 1);
  CHECK(f.logged[0].level == LogLevel::error);
  CHECK(f.logged[0].activity == "A");
  const auto asked = f.provider.take<AbandonWorker>();
  CHECK(asked.request.lock_token == 9);
  REQUIRE(asked.request.quarantine);
  CHECK(asked.request.quarantine->find("activity A of instance i9 was started 2 times") == 0);
  SECTION("which the store keeps") {
    f.provider.answer_to(asked, Done());
    CHECK(f.provider.count<AbandonWorker>() == 0);
  }
  SECTION("and is tried again if the store fails to keep that") {
    f.provider.answer_to(asked, Done(failure(provider_error(ProviderError::Kind::storage))));
    const auto again = f.provider.take<AbandonWorker>().request;
    CHECK(again.lock_token == 9);
    CHECK_FALSE(again.quarantine);
    CHECK(again.delay > Milliseconds(0));
  }
}

TEST_CASE("activities: the store is told which tags the workers take", "[workers][tags]") {
  const TagFilter tags = TagFilter::untagged_and({"gpu"});
  ActivityFixture f(1, RuntimeOptions().worker_tags(tags));
  CHECK(f.provider.take<DequeueWorkerPeekLock>().request.tags == tags);
}

TEST_CASE("activities: a runtime that takes none never asks for any", "[workers][tags]") {
  ActivityFixture f(0, RuntimeOptions().worker_tags(TagFilter::none()));
  CHECK(f.provider.count<DequeueWorkerPeekLock>() == 0);
  CHECK(f.provider.count<AwaitCancelledWork>() == 0);
  actors::send_from_outside(f.dispatcher, TryAgain{});
  f.system.run();
  CHECK(f.provider.count<DequeueWorkerPeekLock>() == 0);
  CHECK(f.provider.count<AwaitCancelledWork>() == 0);
  f.drain();
  f.provider.answer<ReleaseHolder>(Done());
  CHECK(f.drained);
}

TEST_CASE("activities: a failed fetch is repeated after a pause", "[workers][retry]") {
  ActivityFixture f(1);
  f.provider.answer<DequeueWorkerPeekLock>(
      Answer<WorkerItems>(failure(provider_error(ProviderError::Kind::storage))));
  CHECK(f.provider.count<DequeueWorkerPeekLock>() == 0);
  actors::send_from_outside(f.dispatcher, TryAgain{});
  f.system.run();
  CHECK(f.provider.count<DequeueWorkerPeekLock>() == 1);
}

TEST_CASE("activities: a worker that has died gives its activity back, and is replaced",
          "[workers]") {
  ActivityFixture f(1);
  f.workers[0].end();
  SECTION("by another, which goes on") {
    f.deliver({5, 6});
    CHECK(f.provider.take<AbandonWorker>().request.lock_token == 5);
    CHECK(f.logged.size() == 1);
    REQUIRE(f.workers.size() == 2);
    CHECK(f.runs(6) == 1);
  }
  SECTION("as soon as there is a thread for one") {
    f.makes_workers = false;
    f.deliver({5, 6});
    CHECK(f.provider.take<AbandonWorker>().request.lock_token == 5);
    REQUIRE(f.logged.size() == 2);
    CHECK(f.logged[1].message == "cannot start a worker: no thread left; 0 are left");
    f.makes_workers = true;
    actors::send_from_outside(f.dispatcher, TryAgain{});
    f.system.run();
    REQUIRE(f.workers.size() == 2);
    CHECK(f.runs(6) == 1);
    actors::send_from_outside(f.dispatcher, TryAgain{});
    f.system.run();
    CHECK(f.workers.size() == 2);
  }
}

TEST_CASE("activities: a dispatcher that ends takes its workers along", "[workers][stop]") {
  ActivityFixture f(2);
  f.workers[0].end();
  f.deliver({1, 2});
  CHECK(f.workers.size() == 3);  // one was made
  f.drain();
  f.give_up();
  f.provider.answer<ReleaseHolder>(Done());
  for (const auto& worker : f.workers) {
    CHECK(actors::has_ended(worker.actor()));
  }
}

TEST_CASE("activities: draining waits for what runs, and gives back what does not",
          "[workers][stop]") {
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

TEST_CASE("activities: a store that is gone ends the work", "[workers][stop]") {
  ActivityFixture f(1);
  f.deliver({1, 2});
  f.provider.end();
  CHECK_FALSE(*f.environment->store_works);
  f.drain();
  CHECK_FALSE(f.drained);
  f.finish_one();
  CHECK(f.drained);
}

}  // namespace duroxide::activity_dispatcher_test
