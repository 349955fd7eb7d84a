// Activities that promise to be short, in the dispatcher: they take no worker with a thread.

#include "activity_fixture.hpp"

namespace duroxide::short_activities_test {

using namespace duroxide::provider;
using namespace duroxide::runtime;
using namespace duroxide::runtime::test;

namespace {

/// One worker with a thread, and an activity `S` that is short.
struct ShortFixture : ActivityFixture {
  explicit ShortFixture(RuntimeOptions options = RuntimeOptions())
      : ActivityFixture(1, std::move(options)) {
    activity(
        "S", [](std::string input) { return input; }, ActivityKind::short_running);
  }
  [[nodiscard]] LockToken given_short(std::size_t worker) const {
    return short_workers.at(worker).first<RunActivity>().request.delivery->item.lock_token;
  }
  void finish_short(std::size_t worker) const {
    (void)short_workers.at(worker).answer<RunActivity>(ActivityEnded{});
  }
};

}  // namespace

TEST_CASE("short activities: each runs at once, on an actor that runs no other meanwhile",
          "[workers]") {
  ShortFixture f;
  f.deliver({1, 2}, "S");
  f.deliver({3}, "A");
  CHECK(f.running() == 1);
  REQUIRE(f.short_workers.size() == 2);
  CHECK(f.given_short(0) == 1);
  CHECK(f.given_short(1) == 2);
  SECTION("which the next one gets") {
    f.finish_short(0);
    f.deliver({4}, "S");
    CHECK(f.short_workers.size() == 2);
    CHECK(f.given_short(0) == 4);
  }
}

TEST_CASE("short activities: however many run, the workers are asked for as before", "[workers]") {
  ShortFixture f;
  for (LockToken token = 1; token <= 5; ++token) {
    CHECK(f.deliver({token}, "S") == 2);
  }
  CHECK(f.short_workers.size() == 5);
  f.deliver({6}, "A");
  CHECK(f.runs(6) == 0);
}

TEST_CASE("short activities: no more run at once than hold threads if all of them block",
          "[workers][limits]") {
  ShortFixture f;
  std::vector<LockToken> tokens;
  for (LockToken token = 1; token <= 70; ++token) {
    tokens.push_back(token);
  }
  f.deliver(tokens, "S");
  CHECK(f.short_workers.size() == 64);
  CHECK(f.provider.count<DequeueWorkerPeekLock>() ==
        0);  // what waits counts for what may be fetched
  SECTION("the next takes the place of one that ends") {
    f.finish_short(3);
    CHECK(f.given_short(3) == 65);
  }
  SECTION("one that waits and is cancelled does not run") {
    f.cancel({65});
    f.finish_short(3);
    CHECK(f.given_short(3) == 66);
  }
}

TEST_CASE("short activities: one in a session runs like an ordinary one", "[workers][sessions]") {
  ShortFixture f;
  auto item = activity_item("S", 1);
  item.item.session = "s";
  f.deliver_items({item});
  CHECK(f.short_workers.empty());
  CHECK(f.runs(1) == 0);
}

TEST_CASE("short activities: one that is cancelled is told, and left behind if it does not return",
          "[workers][cancellation]") {
  ShortFixture f;
  f.deliver({1}, "S");
  f.cancel({1});
  CHECK(f.short_workers[0].first<RunActivity>().request.delivery->stop.stop_requested());
  f.advance(Milliseconds(10'000));
  REQUIRE(f.logged.size() == 1);
  CHECK(f.logged[0].message.find("was cancelled and has not returned") != std::string::npos);
  CHECK(f.workers.size() == 1);  // none was replaced
  f.deliver({2}, "S");
  REQUIRE(f.short_workers.size() == 2);
  CHECK(f.given_short(1) == 2);
  CHECK(
      actors::has_ended(f.short_workers[0].actor()));  // as it does once the activity has returned
}

TEST_CASE("short activities: a worker that is lost loses nothing", "[workers]") {
  ShortFixture f;
  f.deliver({1}, "S");
  f.finish_short(0);
  f.short_workers[0].end();
  f.deliver({2}, "S");
  const auto abandon = f.provider.answer<AbandonWorker>(Done());
  CHECK(abandon.lock_token == 2);
  CHECK(f.logged.size() == 1);
  f.deliver({2}, "S");
  CHECK(f.given_short(1) == 2);
}

TEST_CASE("short activities: a stop waits for those that run", "[workers][stop]") {
  ShortFixture f;
  f.deliver({1}, "S");
  f.drain();
  CHECK(f.provider.count<ReleaseHolder>() == 0);
  f.finish_short(0);
  f.provider.answer<ReleaseHolder>(Done());
  CHECK(f.drained);
}

}  // namespace duroxide::short_activities_test
