#include "storage/pace.hpp"

#include <catch2/catch.hpp>

namespace duroxide::pace_test {

using duroxide::storage::Pace;
using namespace std::chrono_literals;

namespace {

/// A thread whose times are made up.
struct PacedThread {
  Pace pace;
  Pace::Time now{0};
  Pace::Time used{0};
  std::uint64_t commits = 0;

  PacedThread() { (void)rest(); }

  [[nodiscard]] Pace::Time rest() { return pace.rest(now, used, commits); }
  /// Works for so long, beside a writer, and rests as it is told. Returns for how long.
  Pace::Time work(Pace::Time time) {
    now += time;
    used += time;
    ++commits;
    const auto rested = rest();
    now += rested;
    return rested;
  }
};

}  // namespace

TEST_CASE("what is asked for now and then never rests", "[pace]") {
  PacedThread thread;
  for (int i = 0; i < 1000; ++i) {
    CHECK(thread.work(1ms) == 0ms);
    thread.now += 20ms;
  }
}

TEST_CASE("work that goes on and on is kept to a twentieth of a core", "[pace]") {
  PacedThread thread;
  const auto piece = GENERATE(200us, 1ms, 4ms);
  for (int i = 0; i < 1000; ++i) {
    thread.work(piece);
  }
  const auto share =
      static_cast<double>(thread.used.count()) / static_cast<double>(thread.now.count());
  CHECK(share == Approx(0.05).margin(0.01));
}

TEST_CASE("a store that nobody writes is read at full speed", "[pace]") {
  PacedThread thread;
  for (int i = 0; i < 1000; ++i) {
    thread.now += 1ms;
    thread.used += 1ms;
    CHECK(thread.rest() == 0ms);
  }
  SECTION("and the first commit finds no debt") {
    CHECK(thread.work(0ms) == 0ms);
  }
}

TEST_CASE("a long piece of work is not paid for long afterwards", "[pace]") {
  PacedThread thread;
  CHECK(thread.work(10s) == 100ms);
  CHECK(thread.work(0ms) == 0ms);
}

}  // namespace duroxide::pace_test
