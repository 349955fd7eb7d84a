// Activities that are coroutines, in the dispatcher: they hold no worker with a thread.

#include "activity_fixture.hpp"

namespace duroxide::coroutine_activities_test {

using namespace duroxide::provider;
using namespace duroxide::runtime;
using namespace duroxide::runtime::test;

namespace {

/// One worker with a thread, and an activity `C` that is a coroutine.
struct CrewFixture : ActivityFixture {
  explicit CrewFixture(RuntimeOptions options = RuntimeOptions())
      : ActivityFixture(1, std::move(options)) {
    activity(
        "C", [](std::string input) -> ActivityTask<std::string> { co_return input; },
        ActivityKind::coroutine);
  }
  [[nodiscard]] std::size_t under_way() const {
    std::size_t count = 0;
    for (const auto& worker : coroutine_workers) {
      count += worker.count<RunActivity>();
    }
    return count;
  }
  void finish_coroutine(std::size_t worker) const {
    (void)coroutine_workers.at(worker).answer<RunActivity>(ActivityEnded{});
  }
};

std::vector<LockToken> tokens_from(LockToken first, std::size_t count) {
  std::vector<LockToken> tokens;
  while (tokens.size() < count) {
    tokens.push_back(first + tokens.size());
  }
  return tokens;
}

}  // namespace

TEST_CASE("coroutine activities: a few workers share all of them", "[workers]") {
  CrewFixture f;
  f.deliver(tokens_from(1, 100), "C");
  CHECK(f.coroutine_workers.size() == 2);
  CHECK(f.under_way() == 100);
  CHECK(f.coroutine_workers[0].count<RunActivity>() == 50);
  SECTION("and the others have theirs as before") {
    f.deliver({101}, "A");
    CHECK(f.runs(101) == 0);
  }
}

TEST_CASE("coroutine activities: no more are under way than the options say", "[workers][limits]") {
  CrewFixture f(RuntimeOptions().coroutine_concurrency(3));
  f.deliver(tokens_from(1, 5), "C");
  CHECK(f.under_way() == 3);
  SECTION("the next takes the place of one that ends") {
    f.finish_coroutine(0);
    CHECK(f.under_way() == 3);
    f.finish_coroutine(1);
    f.finish_coroutine(0);
    CHECK(f.under_way() == 2);
  }
  SECTION("what waits here keeps no ordinary activity in the store") {
    CHECK(f.provider.count<DequeueWorkerPeekLock>() == 1);
    f.deliver({6}, "A");
    CHECK(f.runs(6) == 0);
  }
  SECTION("and few wait here: the others go back to the store, and say why") {
    f.deliver(tokens_from(10, 70), "C");
    CHECK(f.provider.count<AbandonWorker>() == 2 + 70 - 64);
    const auto& back = f.provider.first<AbandonWorker>().request;
    CHECK(back.ignore_attempt);
    CHECK(back.delay > Milliseconds(0));
    CHECK(back.waiting_for ==
          "waiting for a place among the 3 activities that are coroutines "
          "(RuntimeOptions::coroutine_concurrency)");
  }
  SECTION("one that is late already and finds no place is given up, not put off") {
    f.deliver(tokens_from(10, 62), "C");
    REQUIRE(f.provider.count<AbandonWorker>() == 0);
    WorkerItems items{activity_item("C", 100)};
    items[0].item.timeouts = ActivityTimeouts{0, 0, 2'000};
    items[0].item.start_due = f.clock->now();
    f.deliver_items(std::move(items));
    CHECK(f.provider.count<AbandonWorker>() == 0);
    const auto& failed = f.provider.first<AckWorker>().request;
    CHECK(failed.lock_token == 100);
    REQUIRE(failed.completion);
    CHECK(std::get<work::ActivityFailed>(*failed.completion).details.kind ==
          ErrorKind::attempt_timed_out);
  }
  SECTION("one that waits and is cancelled does not run") {
    f.cancel({4, 5});
    f.finish_coroutine(0);
    CHECK(f.under_way() == 2);
  }
}

TEST_CASE(
    "coroutine activities: one that ignores that it was cancelled leaves its worker to the others",
    "[workers][cancellation]") {
  CrewFixture f;
  f.deliver({1, 2, 3}, "C");
  f.cancel({1});
  f.advance(f.environment->options.activity_cancellation_grace());
  CHECK(f.coroutine_workers.size() == 2);
  f.deliver(tokens_from(4, 2), "C");
  CHECK(f.coroutine_workers.size() == 2);
  SECTION("and what comes of it then goes nowhere") {
    const auto before = f.provider.count<AckWorker>();
    (void)f.coroutine_workers[0].answer<RunActivity>(
        ActivityEnded{work::ActivityCompleted{"i1", 1, 2, "late"}});
    CHECK(f.provider.count<AckWorker>() == before);
  }
}

TEST_CASE("coroutine activities: in a session they are refused, with what to do instead",
          "[workers][sessions][errors]") {
  CrewFixture f;
  WorkerItems items{activity_item("C", 1)};
  items[0].item.session = "s";
  f.deliver_items(std::move(items));
  CHECK(f.under_way() == 0);
  const auto& ack = f.provider.first<AckWorker>().request;
  REQUIRE(ack.completion);
  const auto& failed = std::get<work::ActivityFailed>(*ack.completion);
  CHECK(failed.details.category == ErrorCategory::configuration);
  CHECK(failed.details.message ==
        "activity C is a coroutine, or runs on an executor, and was called in session s, whose "
        "activities share one worker. "
        "Call it without a session, or register a plain function");
}

TEST_CASE("coroutine activities: when their worker is gone they are tried again",
          "[workers][errors]") {
  CrewFixture f;
  f.deliver({1, 2}, "C");
  f.coroutine_workers[0].end();
  f.deliver({3, 4}, "C");  // to one of them each
  CHECK(f.provider.count<AbandonWorker>() == 1);
  SECTION("on others") {
    f.deliver({5, 6}, "C");
    CHECK(f.coroutine_workers.size() == 3);
    CHECK(f.provider.count<AbandonWorker>() == 1);
  }
}

TEST_CASE("coroutine activities: one that is given back is delivered anew", "[workers][stop]") {
  CrewFixture f;
  f.deliver({1}, "C");
  f.drain();
  (void)f.coroutine_workers[0].answer<RunActivity>(ActivityEnded{std::nullopt, true});
  CHECK(f.provider.first<AbandonWorker>().request.ignore_attempt);
  f.provider.answer<ReleaseHolder>(Done());
  CHECK(f.drained);
}

TEST_CASE("coroutine activities: a stop waits for them, and then no longer", "[workers][stop]") {
  CrewFixture f;
  f.deliver({1}, "C");
  f.drain();
  CHECK_FALSE(f.drained);
  f.finish_coroutine(0);
  f.provider.answer<ReleaseHolder>(Done());
  CHECK(f.drained);
}

}  // namespace duroxide::coroutine_activities_test
