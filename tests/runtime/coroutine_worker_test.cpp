// The worker of activities that are coroutines: where they wait, how they go on, and how they end.

#include <duroxide/activity_task.hpp>

#include <algorithm>
#include <coroutine>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>

#include "fixture.hpp"
#include "model/lent_thread.hpp"
#include "runtime/coroutine_worker.hpp"

namespace duroxide::coroutine_worker_test {

using namespace std::chrono_literals;
using namespace duroxide::provider;
using namespace duroxide::runtime;
using namespace duroxide::runtime::test;

namespace {

using CoroutineDispatcher =
    ScriptedActor<ActivityDispatcherActor, Received<TryAgain>, Received<ProgressMade>,
                  Received<StintHasNews>, Received<Tick>, Received<Drain>, Received<GiveUp>,
                  Received<storage::AckRefused>>;

/// Something that knows nothing of activities: it resumes whoever awaits it on the thread that opens it.
class Door {
 public:
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) { waiting_ = waiting; }
  std::string await_resume() {
    if (is_broken_) {
      throw std::runtime_error("the door is broken");
    }
    return std::move(behind_);
  }

  void open_elsewhere(std::string behind) {
    behind_ = std::move(behind);
    std::thread([this] { std::exchange(waiting_, nullptr).resume(); }).join();
  }
  void break_down() {
    is_broken_ = true;
    std::exchange(waiting_, nullptr).resume();
  }
  void give_up() { std::exchange(waiting_, nullptr).destroy(); }
  [[nodiscard]] bool is_awaited() const { return waiting_ != nullptr; }

 private:
  std::coroutine_handle<> waiting_;
  std::string behind_;
  bool is_broken_ = false;
};

struct CoroutineFixture : Fixture {
  CoroutineWorkerActor worker = system.get().spawn<CoroutineWorker>(environment);
  CoroutineDispatcher dispatcher{system};

  ~CoroutineFixture() {
    actors::stop(worker);
    system.run();
    dispatcher.end();
  }

  template <class F>
  SharedDelivery delivery_of(F code, std::uint64_t token = 5) {
    return std::make_shared<Delivery>(
        activity_item("A", token),
        std::make_shared<const ActivityHandler>(detail::make_activity_handler(std::move(code))), 1);
  }
  using Answer = std::shared_ptr<std::optional<ActivityEnded>>;
  Answer run(SharedDelivery delivery) {
    return ask<ActivityEnded>(worker, RunActivity{std::move(delivery), dispatcher.actor()});
  }
  template <class F>
  Answer begin(F code) {
    return run(delivery_of(std::move(code)));
  }
  void advance(Milliseconds step) {
    clock->advance(step);
    system.run();
  }
};

std::string result_of(const CoroutineFixture::Answer& answer) {
  REQUIRE(*answer);
  REQUIRE((*answer)->completion);
  const WorkItem& item = *(*answer)->completion;
  REQUIRE(std::holds_alternative<work::ActivityCompleted>(item));
  return std::string(std::get<work::ActivityCompleted>(item).result);
}

ErrorDetails failure_of(const CoroutineFixture::Answer& answer) {
  REQUIRE(*answer);
  REQUIRE((*answer)->completion);
  const WorkItem& item = *(*answer)->completion;
  REQUIRE(std::holds_alternative<work::ActivityFailed>(item));
  return std::get<work::ActivityFailed>(item).details;
}

/// What libraries give to be awaited, in every form that a coroutine takes. Each is over at once.
struct ForeignAwaiter {
  explicit ForeignAwaiter(std::string made) : result(std::move(made)) {}
  ForeignAwaiter(const ForeignAwaiter&) = delete;
  [[nodiscard]] bool await_ready() const noexcept { return true; }
  void await_suspend(std::coroutine_handle<>) const noexcept {}
  std::string& await_resume() & { return result; }
  std::string result;
};
class WithMember {
 public:
  ForeignAwaiter operator co_await() && { return ForeignAwaiter("a reference into the awaiter"); }
};
class WithFree {};
ForeignAwaiter operator co_await(const WithFree&) {
  return ForeignAwaiter("by a free operator");
}
class RvalueResult {
 public:
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  [[nodiscard]] bool await_suspend(std::coroutine_handle<>) const noexcept { return false; }
  std::unique_ptr<int>&& await_resume() { return std::move(number_); }

 private:
  std::unique_ptr<int> number_ = std::make_unique<int>(7);
};

ActivityTask<int> twice(ActivityContext& context, int number) {
  co_await context.sleep(1s);
  co_return 2 * number;
}

}  // namespace

TEST_CASE("coroutine activities: what they return is their result", "[workers][activities]") {
  CoroutineFixture f;
  CHECK(result_of(f.begin([](std::string input) -> ActivityTask<std::string> {
          co_return input + "put";
        })) == "input");
  CHECK(result_of(f.begin([]() -> ActivityTask<int> { co_return 7; })) == "7");
  CHECK(result_of(f.begin([]() -> ActivityTask<> { co_return; })).empty());
  CHECK(result_of(f.begin([]() -> ActivityTask<Result<int, std::string>> { co_return 8; })) == "8");
  CHECK(failure_of(f.begin([]() -> ActivityTask<Result<int, std::string>> {
          co_return failure(std::string("no"));
        })).message == "no");
}

TEST_CASE("coroutine activities: they sleep by the store's clock", "[workers][activities][clock]") {
  CoroutineFixture f;
  const auto answer = f.begin([](ActivityContext& context) -> ActivityTask<std::string> {
    co_await context.sleep(10s);
    co_await context.sleep(5s);
    co_return "rested";
  });
  f.advance(10s);
  CHECK_FALSE(*answer);
  f.advance(4'999ms);
  CHECK_FALSE(*answer);
  f.advance(1ms);
  CHECK(result_of(answer) == "rested");
}

TEST_CASE("coroutine activities: a sleep of no length is over at once", "[workers][activities]") {
  CoroutineFixture f;
  CHECK(result_of(f.begin([](ActivityContext& context) -> ActivityTask<std::string> {
          co_await context.sleep(0s);
          co_await context.sleep(-1s);
          co_return "awake";
        })) == "awake");
}

TEST_CASE("coroutine activities: any number wait at once, and go on in the order of their times",
          "[workers][activities]") {
  CoroutineFixture f;
  constexpr int many = 1'000;
  std::vector<int> ended;
  std::vector<CoroutineFixture::Answer> answers;
  for (int number = 0; number < many; ++number) {
    const auto nap = [number, &ended](ActivityContext& context) -> ActivityTask<> {
      co_await context.sleep(Milliseconds(many - number));
      ended.push_back(number);
    };
    answers.push_back(f.run(f.delivery_of(nap, static_cast<std::uint64_t>(number) + 1)));
  }
  f.advance(500ms);
  CHECK(ended.size() == 500);
  f.advance(500ms);
  REQUIRE(ended.size() == many);
  CHECK(std::is_sorted(ended.rbegin(), ended.rend()));
  CHECK(std::all_of(answers.begin(), answers.end(),
                    [](const auto& answer) { return answer->has_value(); }));
}

TEST_CASE("coroutine activities: they await each other, in any number", "[workers][activities]") {
  CoroutineFixture f;
  const auto answer = f.begin([](ActivityContext& context) -> ActivityTask<int> {
    int sum = 0;
    for (int i = 1; i <= 3; ++i) {
      sum += co_await twice(context, i);
    }
    co_return sum;
  });
  for (int i = 0; i < 3; ++i) {
    CHECK_FALSE(*answer);
    f.advance(1s);
  }
  CHECK(result_of(answer) == "12");
}

TEST_CASE("coroutine activities: a hundred thousand awaits in a row nest nothing",
          "[workers][activities]") {
  CoroutineFixture f;
  const auto answer = f.begin([](ActivityContext& context) -> ActivityTask<int> {
    int count = 0;
    while (count < 100'000) {
      ActivityTask<> nothing = [](ActivityContext& inner) -> ActivityTask<> {
        co_await inner.sleep(0s);
      }(context);
      co_await std::move(nothing);
      ++count;
    }
    co_return count;
  });
  CHECK(result_of(answer) == "100000");
}

TEST_CASE("coroutine activities: whatever they await, they go on where they were",
          "[workers][activities][threads]") {
  CoroutineFixture f;
  Door door;
  std::thread::id went_on;
  const auto answer = f.begin([&]() -> ActivityTask<std::string> {
    std::string behind = co_await door;
    went_on = std::this_thread::get_id();
    co_return behind;
  });
  REQUIRE(door.is_awaited());
  door.open_elsewhere("light");
  CHECK(went_on == std::thread::id());  // the other thread has not run it
  f.system.run();
  CHECK(went_on == std::this_thread::get_id());
  CHECK(result_of(answer) == "light");
}

TEST_CASE("coroutine activities: they await whatever other coroutines await",
          "[workers][activities]") {
  CoroutineFixture f;
  CHECK(result_of(f.begin([]() -> ActivityTask<std::string> {
          co_return co_await WithMember();
        })) == "a reference into the awaiter");
  CHECK(result_of(f.begin([]() -> ActivityTask<std::string> { co_return co_await WithFree(); })) ==
        "by a free operator");
  CHECK(result_of(f.begin([]() -> ActivityTask<int> {
          RvalueResult seven;
          const std::unique_ptr<int> number = co_await seven;
          co_return *number;
        })) == "7");
}

TEST_CASE("coroutine activities: an operation that is given up fails the await",
          "[workers][activities][errors]") {
  CoroutineFixture f;
  Door door;
  const auto answer = f.begin([&door]() -> ActivityTask<> { (void)co_await door; });
  door.give_up();
  f.system.run();
  CHECK(failure_of(answer).message ==
        "an operation that the activity awaited was given up by whoever was to end it");
}

TEST_CASE(
    "coroutine activities: a blocking call of a client is refused where it would hold up others",
    "[workers][activities][client]") {
  CoroutineFixture f;
  CHECK(result_of(f.begin([]() -> ActivityTask<std::string> {
          const char* place = model::LentThread::lent_to();
          co_return place == nullptr ? "nowhere" : place;
        })) == "an activity that is a coroutine");
}

TEST_CASE("coroutine activities: what an awaited operation throws reaches them",
          "[workers][activities][errors]") {
  CoroutineFixture f;
  Door door;
  const auto answer = f.begin([&]() -> ActivityTask<std::string> {
    std::string told;
    try {
      told = co_await door;
    } catch (const std::runtime_error& error) {
      told = error.what();
    }
    co_return told;
  });
  door.break_down();
  f.system.run();
  CHECK(result_of(answer) == "the door is broken");
}

TEST_CASE("coroutine activities: what they throw is their failure, before and behind a wait",
          "[workers][activities][errors]") {
  CoroutineFixture f;
  const auto failing = [](ActivityContext& context, std::string input) -> ActivityTask<> {
    co_await context.sleep(1s);
    throw std::runtime_error(input + " is broken");
  };
  const auto answer = f.begin(failing);
  f.advance(1s);
  CHECK(failure_of(answer).message == "in is broken");
  CHECK(failure_of(f.begin([](ActivityContext&, int) -> ActivityTask<> { co_return; })).kind ==
        ErrorKind::invalid_payload);
}

TEST_CASE("coroutine activities: one that is cancelled is woken, and told",
          "[workers][activities][cancellation]") {
  CoroutineFixture f;
  std::string told;
  const auto delivery = f.delivery_of([&told](ActivityContext& context) -> ActivityTask<> {
    std::string note = "was told";
    try {
      co_await context.sleep(24h);
    } catch (const ActivityCancelled&) {
      told = note;
      throw;
    }
  });
  const auto answer = f.run(delivery);
  delivery->order(Delivery::Order::stop);
  f.system.run();
  CHECK(told == "was told");
  CHECK(*answer);
  SECTION("and what it awaits from then on is over at once") {
    const auto late = f.delivery_of([&told](ActivityContext& context) -> ActivityTask<> {
      const auto hour = 1h;
      for (int i = 0; i < 3; ++i) {
        try {
          co_await context.sleep(hour);
        } catch (const ActivityCancelled&) {
          told += "!";
        }
      }
    });
    (void)f.run(late);
    late->order(Delivery::Order::stop);
    f.system.run();
    CHECK(told == "was told!!!");
  }
}

TEST_CASE("coroutine activities: one that was cancelled on its way does not begin",
          "[workers][activities][cancellation]") {
  CoroutineFixture f;
  bool begun = false;
  const auto delivery = f.delivery_of([&begun]() -> ActivityTask<> {
    begun = true;
    co_return;
  });
  delivery->way = Delivery::Way::coroutine;
  CHECK(delivery->order(Delivery::Order::stop));
  const auto answer = f.run(delivery);
  REQUIRE(*answer);
  CHECK_FALSE((*answer)->completion);
  CHECK_FALSE(begun);
}

TEST_CASE("coroutine activities: a cancellation wakes nobody else",
          "[workers][activities][cancellation]") {
  CoroutineFixture f;
  const auto naps = [](ActivityContext& context) -> ActivityTask<int> {
    const int number = co_await twice(context, 1);
    co_return number + co_await twice(context, 2);
  };
  // The first one's helper is over, so the second's may lie where it lay.
  const auto first = f.delivery_of(naps, 1);
  (void)f.run(first);
  f.advance(1s);
  const auto second = f.run(f.delivery_of(naps, 2));
  first->order(Delivery::Order::stop);
  f.system.run();
  f.advance(1s);
  f.advance(1s);
  CHECK(result_of(second) == "6");
}

TEST_CASE("coroutine activities: one that does not heed its cancellation lets others go on",
          "[workers][activities][cancellation]") {
  CoroutineFixture f;
  int turns = 0;
  bool other_ran = false;
  const auto stubborn = f.delivery_of([&](ActivityContext& context) -> ActivityTask<> {
    const auto minute = 1min;
    while (!other_ran && turns < 1'000) {
      try {
        co_await context.sleep(minute);
      } catch (const ActivityCancelled&) {
        ++turns;
      }
    }
  });
  (void)f.run(stubborn);
  (void)f.begin([&other_ran](ActivityContext& context) -> ActivityTask<> {
    co_await context.sleep(1s);
    other_ran = true;
  });
  stubborn->order(Delivery::Order::stop);
  f.advance(1s);
  CHECK(other_ran);
  CHECK(turns < 1'000);
}

TEST_CASE("coroutine activities: what sleeps when its runtime stops is given back",
          "[workers][activities][stop]") {
  CoroutineFixture f;
  bool destroyed = false;
  struct Note {
    explicit Note(bool& where) : place(where) {}
    ~Note() { place = true; }
    bool& place;
  };
  Door door;
  const auto delivery = f.delivery_of([&](ActivityContext& context) -> ActivityTask<> {
    const Note note(destroyed);
    (void)co_await door;
    co_await context.sleep(24h);
  });
  const auto answer = f.run(delivery);
  delivery->order(Delivery::Order::give_back_if_sleeping);
  f.system.run();
  CHECK_FALSE(*answer);  // it may end soon
  door.open_elsewhere("");
  f.system.run();
  REQUIRE(*answer);
  CHECK((*answer)->given_back);
  CHECK(destroyed);
}

TEST_CASE("coroutine activities: a call that is left open has no result",
          "[workers][activities][tokens]") {
  CoroutineFixture f;
  const auto answer = f.begin([](ActivityContext& context) -> ActivityTask<std::string> {
    (void)context.complete_later();
    co_await context.sleep(1s);
    co_return "nobody reads this";
  });
  f.advance(1s);
  REQUIRE(*answer);
  CHECK_FALSE((*answer)->completion);
}

TEST_CASE("coroutine activities: they tell how far they are", "[workers][activities][heartbeats]") {
  CoroutineFixture f;
  (void)f.begin([](ActivityContext& context) -> ActivityTask<> {
    context.heartbeat(1);
    co_await context.sleep(1s);
    context.heartbeat(2);
  });
  CHECK(f.dispatcher.count<ProgressMade>() == 1);
  CHECK(f.dispatcher.first<ProgressMade>().request.delivery->next_progress() == "1");
}

TEST_CASE("coroutine activities: a worker that ends destroys what waits",
          "[workers][activities][stop]") {
  struct Noted {
    explicit Noted(bool& where) : ended(where) {}
    ~Noted() { ended = true; }
    bool& ended;
  };
  bool ended = false;
  Door door;
  bool ended_elsewhere = false;
  {
    CoroutineFixture f;
    (void)f.begin([&ended](ActivityContext& context) -> ActivityTask<> {
      const Noted noted(ended);
      co_await context.sleep(1h);
    });
    (void)f.begin([&]() -> ActivityTask<> {
      const Noted noted(ended_elsewhere);
      (void)co_await door;
    });
    CHECK_FALSE(ended);
  }
  CHECK(ended);
  SECTION("but not what somebody else will resume: that ends then") {
    CHECK_FALSE(ended_elsewhere);
    door.open_elsewhere("nothing");
    CHECK(ended_elsewhere);
  }
}

}  // namespace duroxide::coroutine_worker_test
