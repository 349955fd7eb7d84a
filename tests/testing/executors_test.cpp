// Activities that run on an executor of the user's.

#include <deque>
#include <stdexcept>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include <duroxide/testing.hpp>

namespace duroxide::executors_test {

using namespace duroxide::testkit;
using namespace std::chrono_literals;

namespace {

/// What an executor does with what is posted to it.
enum class Treats { runs, keeps, drops, throws };

/// An executor of the test, which does everything on the thread of the test.
struct Place {
  Treats next = Treats::runs;
  int posted = 0;
  std::deque<Executor::Task> kept;

  void take(Executor::Task task) {
    ++posted;
    switch (std::exchange(next, next == Treats::keeps ? Treats::keeps : Treats::runs)) {
      case Treats::runs:
        task();
        break;
      case Treats::keeps:
        kept.push_back(std::move(task));
        break;
      case Treats::drops:
        break;
      case Treats::throws:
        throw std::runtime_error("the loop is closed");
    }
  }
  void run_kept() {
    for (const Executor::Task& task : std::exchange(kept, {})) {
      task();
    }
  }
  [[nodiscard]] Executor executor() {
    return Executor::posting([this](Executor::Task task) { take(std::move(task)); });
  }
};

Task<std::string> calls(OrchestrationContext ctx, std::string input) {
  const auto options = ActivityOptions().run_timeout(1h);
  std::string said;
  try {
    said = co_await ctx.schedule_activity("Say", input, options);
  } catch (const ActivityFailed& failed) {
    said = failed.details().message;
  }
  co_return said;
}

/// A system whose activity runs there, and counts how often it does.
struct Fixture {
  Place place;
  int calls_of_it = 0;
  TestSystem test;

  Fixture() {
    test.register_orchestration("Calls", calls);
    test.register_all([this](Runtime& runtime) {
      const auto say = [this](ActivityContext& context, std::string input) {
        ++calls_of_it;
        context.heartbeat(input);
        if (input == "no") {
          throw std::runtime_error("it does not want to");
        }
        return input + " on it";
      };
      runtime.register_activity("Say", say, place.executor());
    });
  }
};

}  // namespace

TEST_CASE("an activity runs on an executor", "[activities][workers]") {
  Fixture f;
  CHECK(f.test.run("a", "Calls", std::string("yes")).output() == "yes on it");
  CHECK(f.test.run("b", "Calls", std::string("no")).output() == "it does not want to");
  CHECK(f.place.posted == 2);
}

TEST_CASE("what an executor does not take is posted again after a second",
          "[activities][workers]") {
  Fixture f;
  f.place.next = GENERATE(Treats::drops, Treats::throws);
  const auto begin = f.test.now();
  CHECK(f.test.run("a", "Calls", std::string("yes")).output() == "yes on it");
  CHECK(f.place.posted == 2);
  CHECK(f.calls_of_it == 1);
  CHECK(f.test.now() - begin == 1s);
}

TEST_CASE("an activity that is cancelled before its executor comes to it is not run",
          "[activities][workers][cancellation]") {
  Fixture f;
  f.place.next = Treats::keeps;
  f.test.start("a", "Calls", std::string("yes"));
  REQUIRE(f.place.kept.size() == 1);
  f.test.cancel("a", "enough");
  CHECK(f.test.wait("a").is_cancelled());
  f.place.run_kept();
  f.test.advance(1s);
  CHECK(f.calls_of_it == 0);
}

TEST_CASE("an activity that its executor never runs ends by its timeout",
          "[activities][workers][retry]") {
  Fixture f;
  f.place.next = Treats::keeps;
  f.test.start("a", "Calls", std::string("yes"));
  f.test.advance(2h);
  CHECK_THAT(f.test.status("a").output(), Catch::Contains("Say"));
  f.place.run_kept();  // too late
  CHECK(f.calls_of_it == 0);
}

TEST_CASE("an activity that its executor keeps runs again after a crash",
          "[activities][workers][restart]") {
  Fixture f;
  f.place.next = Treats::keeps;
  f.test.start("a", "Calls", std::string("yes"));
  f.place.next = Treats::runs;
  f.test.crash();
  CHECK(f.test.wait("a").output() == "yes on it");
  f.place.run_kept();  // for a process that is no more
  CHECK(f.test.status("a").output() == "yes on it");
}

TEST_CASE("what is run twice is one call", "[activities][workers]") {
  Fixture f;
  f.place.next = Treats::keeps;
  f.test.start("a", "Calls", std::string("yes"));
  REQUIRE(f.place.kept.size() == 1);
  const Executor::Task task = f.place.kept.front();
  task();
  task();
  CHECK(f.test.wait("a").output() == "yes on it");
  CHECK(f.calls_of_it == 1);
}

TEST_CASE("with an executor in place an activity is an ordinary one", "[activities][workers]") {
  TestSystem test;
  test.register_orchestration("Calls", calls);
  test.register_all([](Runtime& runtime) {
    runtime.register_activity(
        "Say", [](std::string input) { return input + "!"; }, Executor());
  });
  CHECK(test.run("a", "Calls", std::string("yes")).output() == "yes!");
}

}  // namespace duroxide::executors_test
