// What happens to time when the system's clock is set: the rule is pure, so no clock is needed here.

#include <chrono>

#include <catch2/catch.hpp>

#include "model/slewed_time.hpp"

namespace duroxide::slewed_time_test {

using namespace std::chrono_literals;

/// A system's clock beside one that nobody sets.
struct Clocks {
  std::chrono::nanoseconds wall = 1'700'000'000s;
  std::chrono::nanoseconds steady = 5s;
  SlewedTime time;

  void pass(std::chrono::nanoseconds step) {
    wall += step;
    steady += step;
  }
  [[nodiscard]] std::chrono::nanoseconds now() { return time.at(wall, steady).time_since_epoch(); }
};

TEST_CASE("a clock that nobody sets is followed exactly", "[clock]") {
  Clocks clocks;
  CHECK(clocks.now() == 1'700'000'000s);
  clocks.pass(1500ms);
  CHECK(clocks.now() == 1'700'000'001'500ms);
  clocks.pass(365 * 24h);
  CHECK(clocks.now() == 1'700'000'001'500ms + 365 * 24h);
}

TEST_CASE("a clock that is set forward is followed at once", "[clock]") {
  Clocks clocks;
  const auto before = clocks.now();
  clocks.wall += 24h;
  CHECK(clocks.now() == before + 24h);
  clocks.pass(1s);
  CHECK(clocks.now() == before + 24h + 1s);
}

TEST_CASE("when the clock is set back, time goes on at half its speed until both agree",
          "[clock]") {
  Clocks clocks;
  const auto before = clocks.now();
  clocks.wall -= 1h;
  CHECK(clocks.now() == before);
  clocks.pass(10s);
  CHECK(clocks.now() == before + 5s);
  clocks.pass(1h);
  CHECK(clocks.now() == before + 5s + 30min);
  clocks.pass(1h);
  CHECK(clocks.now() == before + 1h + 10s);
  CHECK(clocks.now() == clocks.wall);
  clocks.pass(1s);
  CHECK(clocks.now() == clocks.wall);
}

TEST_CASE(
    "what was due in ten seconds is due in twenty at the latest, however far the clock is set back",
    "[clock][timers]") {
  for (const auto jump : {1ms, 1000ms, 10'000ms, 3'600'000ms, 86'400'000ms}) {
    Clocks clocks;
    const auto due = clocks.now() + 10s;
    clocks.pass(3s);
    static_cast<void>(clocks.now());
    clocks.wall -= jump;
    std::chrono::nanoseconds waited = 3s;
    while (clocks.now() < due) {
      clocks.pass(1ms);
      waited += 1ms;
    }
    CAPTURE(jump.count(), waited.count());
    CHECK(waited <= 17s);
    CHECK(waited >= 10s);
  }
}

TEST_CASE("a clock that is set back is found out, however long nobody has asked for the time",
          "[clock]") {
  Clocks clocks;
  const auto before = clocks.now();
  clocks.pass(10s);
  clocks.wall -= 9s;
  CHECK(clocks.now() == before + 5s);
}

TEST_CASE("time never goes back, in whatever order threads bring what they read", "[clock]") {
  Clocks clocks;
  const auto before = clocks.now();
  CHECK(clocks.time.at(clocks.wall - 3ms, clocks.steady - 3ms).time_since_epoch() == before);
  clocks.pass(4ms);
  CHECK(clocks.now() == before + 4ms);
}

TEST_CASE("the system's clock does not go back", "[clock]") {
  const auto clock = system_clock();
  Timestamp last = clock->now();
  for (int i = 0; i < 1000; ++i) {
    const Timestamp now = clock->now();
    REQUIRE(now >= last);
    last = now;
  }
}

}  // namespace duroxide::slewed_time_test
