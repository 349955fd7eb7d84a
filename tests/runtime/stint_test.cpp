// Stints: several short activities that a worker is given at once.

#include <chrono>
#include <map>

#include "activity_fixture.hpp"
#include "runtime/run_length.hpp"
#include "runtime/stint.hpp"
#include "runtime/worker.hpp"

namespace duroxide::stint_test {

using namespace duroxide::provider;
using namespace duroxide::runtime;
using namespace duroxide::runtime::test;
using namespace std::chrono_literals;

namespace {

using Tokens = std::vector<LockToken>;

/// Two workers and the one who stands in for them, all busy: the activity 1 is with the latter, in the stead
/// of worker 1, the activity 2 with worker 0. `A` has been short of late; what is delivered from now on
/// waits.
struct StintFixture : ActivityFixture {
  explicit StintFixture(std::chrono::nanoseconds length = 10us) : ActivityFixture(2) {
    has_run_for(length);
    deliver({1, 2});
    REQUIRE(runs(2) == 0);
  }

  void has_run_for(std::chrono::nanoseconds length) const {
    const auto found = environment->activities.resolve("A");
    REQUIRE(found);
    found->run_length->observe(length);
  }
  void stand_in_ends() const { (void)stand_in.answer<RunInstead>(ActivityEnded{}); }

  /// What this worker was given; null if that is one activity.
  [[nodiscard]] std::shared_ptr<Stint> stint_of(std::size_t worker) const {
    return workers.at(worker).first<RunActivity>().request.stint;
  }
  [[nodiscard]] bool is_busy(std::size_t worker) const {
    return workers.at(worker).count<RunActivity>() != 0;
  }
  /// The worker takes the next of its stint.
  static LockToken take(const std::shared_ptr<Stint>& stint) {
    const SharedDelivery next = stint->take();
    return next == nullptr ? 0 : next->item.lock_token;
  }
  /// What the worker took last ends, and the dispatcher is told.
  void end(const std::shared_ptr<Stint>& stint, const SharedDelivery& delivery) {
    const work::ActivityExecute& item = delivery->item.item;
    if (stint->ended(ActivityEnded{
            work::ActivityCompleted{item.instance, item.execution_id, item.id, "out"}})) {
      actors::send_from_outside(dispatcher, StintHasNews{stint});
    }
    system.run();
  }
  /// The worker runs all that is left, and says so.
  Tokens run_all(std::size_t worker) {
    const auto stint = stint_of(worker);
    Tokens tokens;
    while (const SharedDelivery next = stint->take()) {
      tokens.push_back(next->item.lock_token);
      end(stint, next);
    }
    (void)workers.at(worker).answer<RunActivity>(ActivityEnded{});
    return tokens;
  }
  /// Of the results that have come to the store.
  Tokens acknowledged() const {
    Tokens tokens;
    while (provider.count<AckWorker>() != 0) {
      tokens.push_back(provider.answer<AckWorker>(Done()).lock_token);
    }
    return tokens;
  }
};

}  // namespace

TEST_CASE("stint: a worker is given its share of what waits and is short", "[workers]") {
  StintFixture f;
  f.deliver({3, 4, 5, 6, 7, 8, 9, 10});
  f.finish(0);
  REQUIRE(f.stint_of(0) != nullptr);
  CHECK(f.run_all(0) == Tokens{3, 4, 5, 6});
  CHECK(f.run_all(0) == Tokens{7, 8});
  CHECK(f.finish(0) == 9);  // one alone is no stint
  CHECK(f.acknowledged() == Tokens{3, 4, 5, 6, 7, 8});
}

TEST_CASE("stint: it holds no more than sixteen", "[workers]") {
  StintFixture f;
  Tokens many;
  for (LockToken token = 3; token < 103; ++token) {
    many.push_back(token);
  }
  f.deliver(many);
  f.finish(0);
  CHECK(f.run_all(0).size() == 16);
}

TEST_CASE("stint: none is made of what may last, or whose time is watched", "[workers]") {
  SECTION("it was long of late") {
    StintFixture f;
    f.has_run_for(200us);
    f.deliver({3, 4, 5, 6, 7, 8});
    f.finish(0);
    CHECK(f.runs(3) == 0);
  }
  SECTION("nobody knows how long it takes") {
    StintFixture f;
    f.activity("B", [](std::string input) { return input; });
    f.deliver({3, 4, 5, 6, 7, 8}, "B");
    f.finish(0);
    CHECK(f.runs(3) == 0);
  }
  SECTION("it has a time limit") {
    StintFixture f;
    WorkerItems items;
    for (const LockToken token : {3, 4, 5, 6, 7, 8}) {
      items.push_back(activity_item("A", token));
      items.back().item.timeouts = ActivityTimeouts{1000, 0};
    }
    f.deliver_items(std::move(items));
    f.finish(0);
    CHECK(f.runs(3) == 0);
  }
}

TEST_CASE("stint: what waits behind an activity that lasts is not overtaken without end",
          "[workers]") {
  StintFixture f;
  f.deliver({3, 4, 5, 6, 7, 8, 9, 10});
  f.finish(0);
  REQUIRE(StintFixture::take(f.stint_of(0)) == 3);  // which lasts
  f.stand_in_ends();
  std::map<LockToken, int> turns;  // in which turn of the other worker each has run
  LockToken next = 11;
  for (int turn = 0; turn < 20; ++turn) {
    if (f.provider.count<DequeueWorkerPeekLock>() != 0) {
      f.deliver({next, next + 1, next + 2});  // so that there is always something else
      next += 3;
    }
    INFO("turn " << turn);
    REQUIRE(f.is_busy(1));
    if (f.stint_of(1) != nullptr) {
      for (const LockToken token : f.run_all(1)) {
        turns.emplace(token, turn);
      }
    } else {
      turns.emplace(f.finish(1), turn);
    }
  }
  for (const LockToken behind : {4, 5, 6}) {
    REQUIRE(turns.contains(behind));
    CHECK(turns.at(behind) < 10);
  }
  CHECK(turns.at(4) <= turns.at(6));
}

TEST_CASE("stint: what ends is acknowledged before the others end", "[workers]") {
  StintFixture f;
  f.deliver({3, 4, 5, 6, 7, 8, 9, 10});
  f.finish(0);
  const auto stint = f.stint_of(0);
  const SharedDelivery first = stint->take();
  f.end(stint, first);
  CHECK(f.acknowledged() == Tokens{3});
  CHECK(f.run_all(0) == Tokens{4, 5, 6});
}

TEST_CASE("stint: the dispatcher is told once of what ends before it looks", "[workers]") {
  Stint stint(1, {std::make_shared<Delivery>(activity_item("A", 5), nullptr, 1),
                  std::make_shared<Delivery>(activity_item("A", 6), nullptr, 2),
                  std::make_shared<Delivery>(activity_item("A", 7), nullptr, 3)});
  (void)stint.take();
  CHECK(stint.ended({}));
  (void)stint.take();
  CHECK_FALSE(stint.ended({}));
  CHECK(stint.take()->item.lock_token == 7);
  const Stint::News news = stint.take_news();
  CHECK(news.ended.size() == 2);
  REQUIRE(news.at_work != nullptr);
  CHECK(news.at_work->item.lock_token == 7);
  CHECK(stint.ended({}));
  CHECK(stint.take() == nullptr);
}

TEST_CASE("stint: a worker with nothing to do takes what waits behind an activity that blocks",
          "[workers]") {
  StintFixture f;
  f.deliver({3, 4, 5, 6});
  f.finish(0);  // gets 3 and 4
  const auto blocked = f.stint_of(0);
  const SharedDelivery at_work = blocked->take();
  CHECK(at_work->item.lock_token == 3);
  f.stand_in_ends();  // in the stead of worker 1, which gets 5, as one is no stint
  CHECK(f.finish(1) == 5);
  CHECK(f.finish(1) == 6);
  CHECK(f.finish(1) == 4);  // from behind the other
  CHECK_FALSE(f.is_busy(1));
  f.end(blocked, at_work);
  CHECK(f.take(blocked) == 0);
}

TEST_CASE("stint: what is cancelled before it begins does not run", "[workers][cancellation]") {
  StintFixture f;
  f.deliver({3, 4, 5, 6, 7, 8, 9, 10});
  f.finish(0);
  f.cancel({5});
  CHECK(f.run_all(0) == Tokens{3, 4, 6});
}

TEST_CASE(
    "stint: what is cancelled while it runs is told so, and left behind if it does not return",
    "[workers][cancellation]") {
  StintFixture f;
  f.deliver({3, 4, 5, 6, 7, 8, 9, 10});
  f.finish(0);
  const auto stint = f.stint_of(0);
  const SharedDelivery at_work = stint->take();
  f.cancel({3});
  CHECK(at_work->stop.stop_requested());
  SECTION("it returns") {
    f.end(stint, at_work);
    f.advance(Milliseconds(10'000));
    CHECK(f.workers.size() == 2);
    CHECK(f.run_all(0) == Tokens{4, 5, 6});
  }
  SECTION("it does not") {
    f.advance(Milliseconds(10'000));
    REQUIRE(f.workers.size() == 3);
    CHECK(f.run_all(2) == Tokens{4, 5, 6});
    f.end(stint, at_work);
    CHECK(f.take(stint) == 0);
    (void)f.workers[0].answer<RunActivity>(ActivityEnded{});
    CHECK(f.acknowledged() == Tokens{4, 5, 6});  // of the other nobody wants to know
  }
}

TEST_CASE("stint: what its worker has not begun when it is lost goes to the next", "[workers]") {
  StintFixture f;
  f.workers[1].end();
  f.deliver({3, 4, 5, 6, 7, 8, 9, 10});
  f.stand_in_ends();  // in the stead of worker 1, which is given a stint and is gone
  CHECK(f.logged.size() == 1);
  CHECK(f.provider.count<AbandonWorker>() == 0);
  REQUIRE(f.workers.size() == 3);
  CHECK(f.run_all(2) == Tokens{3, 4, 5, 6});
}

TEST_CASE("stint: a stop waits for what runs, and for nothing behind it", "[workers][stop]") {
  StintFixture f;
  f.deliver({3, 4, 5, 6, 7, 8, 9, 10});
  f.stand_in_ends();  // worker 1 gets a stint
  const auto other = f.run_all(1);
  CHECK(other == Tokens{3, 4, 5, 6});
  const auto stint = f.stint_of(1);
  const SharedDelivery at_work = stint->take();
  f.drain();
  f.finish(0);
  CHECK(f.provider.count<ReleaseHolder>() == 0);
  f.end(stint, at_work);
  CHECK(f.run_all(1).empty());
  f.provider.answer<ReleaseHolder>(Done());
  CHECK(f.drained);
}

TEST_CASE("stint: who gives up tells what runs to stop", "[workers][stop]") {
  StintFixture f;
  f.deliver({3, 4, 5, 6, 7, 8, 9, 10});
  f.finish(0);
  const SharedDelivery at_work = f.stint_of(0)->take();
  f.give_up();
  CHECK(at_work->stop.stop_requested());
}

TEST_CASE("stint: a worker runs all of it, in order", "[workers]") {
  Fixture f;
  const auto worker = f.system.get().spawn<Worker>(f.environment);
  ScriptedActor<ActivityDispatcherActor, Received<TryAgain>, Received<ProgressMade>,
                Received<StintHasNews>, Received<Tick>, Received<Drain>, Received<GiveUp>,
                Received<storage::AckRefused>>
      dispatcher(f.system);
  std::string ran;
  const auto delivery = [&](LockToken token) {
    const auto code = [&ran, token](const std::string& input) {
      ran += std::to_string(token);
      return input;
    };
    return std::make_shared<Delivery>(
        activity_item("A", token),
        std::make_shared<const ActivityHandler>(detail::make_activity_handler(code)), token);
  };
  const auto stint =
      std::make_shared<Stint>(1, std::deque<SharedDelivery>{delivery(5), delivery(6), delivery(7)});
  const auto ended =
      f.ask<ActivityEnded>(WorkerActor(worker), RunActivity{nullptr, dispatcher.actor(), stint});
  REQUIRE(*ended);
  CHECK(ran == "567");
  CHECK(dispatcher.count<StintHasNews>() == 1);
  const Stint::News news = stint->take_news();
  CHECK(news.at_work == nullptr);
  REQUIRE(news.ended.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(news.ended[i].delivery->item.lock_token == 5 + i);
    CHECK(news.ended[i].what.completion);
  }
  actors::stop(worker);
  dispatcher.end();
}

}  // namespace duroxide::stint_test
