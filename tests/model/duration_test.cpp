// Lengths of time as parameters: whatever unit and number they come in.

#include <chrono>
#include <cstdint>
#include <limits>
#include <ratio>

#include <catch2/catch.hpp>

#include <duroxide/duroxide.hpp>

namespace duroxide::duration_test {

using namespace std::chrono_literals;

namespace {

std::int64_t milliseconds(Duration length) {
  return Milliseconds(length).count();
}

using Years = std::chrono::duration<double, std::ratio<31'556'952>>;
using WholeYears = std::chrono::duration<std::int64_t, std::ratio<31'556'952>>;

}  // namespace

TEST_CASE("durations: any unit, whole or not, is taken, and a fraction is rounded away from zero",
          "[timers]") {
  CHECK(milliseconds(2h) == 7'200'000);
  CHECK(milliseconds(0.5s) == 500);
  CHECK(milliseconds(1.5min) == 90'000);
  CHECK(milliseconds(250us) == 1);
  CHECK(milliseconds(2'000'001ns) == 3);
  CHECK(milliseconds(0.0004s) == 1);
  CHECK(milliseconds(0s) == 0);
  CHECK(milliseconds(-0.5ms) == -1);  // and so refused where nothing negative is allowed
  CHECK(milliseconds(-1us) == -1);
  CHECK(milliseconds(std::chrono::duration<std::uint8_t>(3)) == 3'000);
}

TEST_CASE("durations: what milliseconds do not hold is the largest or the smallest", "[timers]") {
  const auto largest = Milliseconds::max().count();
  const auto smallest = Milliseconds::min().count();
  CHECK(milliseconds(Milliseconds::max()) == largest);
  CHECK(milliseconds(Milliseconds::min()) == smallest);
  CHECK(milliseconds(Years(1e30)) == largest);
  CHECK(milliseconds(Years(-1e30)) == smallest);
  CHECK(milliseconds(WholeYears::max()) == largest);
  CHECK(milliseconds(WholeYears::min()) == smallest);
  CHECK(milliseconds(Years(std::numeric_limits<double>::infinity())) == largest);
  CHECK(milliseconds(Years(std::numeric_limits<double>::quiet_NaN())) == smallest);
}

TEST_CASE("durations: every option of a call takes them", "[timers][limits]") {
  CHECK(ActivityOptions().timeout(0.5s).timeout() == 500ms);
  CHECK(SubOrchestrationOptions().timeout(0.5s).timeout() == 500ms);
  CHECK(RetryPolicy().max_backoff(1.5s).max_backoff() == 1500ms);
  CHECK(RetryPolicy().attempt_timeout(0.25s).attempt_timeout() == 250ms);
  CHECK(Backoff::fixed(0.5s).after(1, 1h) == 500ms);
  CHECK(Backoff::linear(0.5s).after(2, 0.75s) == 750ms);
  CHECK(Backoff::exponential(0.5s).after(2, 1h) == 1s);
  CHECK(RetentionPolicy().completed(0.5h).completed() == 30min);
  CHECK(RetentionPolicy().failed(0.5h).failed() == 30min);
  CHECK(RetentionPolicy().executions(0.5h).executions() == 30min);
  CHECK(RetentionPolicy().check_every(0.5s).check_every() == 500ms);
  CHECK(StartOptions().delay(0.5s).delay() == 500ms);
  StuckFilter filter;
  filter.no_progress_for = 0.5s;
  CHECK(Milliseconds(*filter.no_progress_for) == 500ms);
  CHECK(filter.no_progress_for->count() == 500);
  CHECK(*filter.no_progress_for == 500ms);
  CHECK(*filter.no_progress_for < 1s);
  const auto clock = std::make_shared<ManualClock>();
  const Timestamp before = clock->now();
  clock->advance(0.5s);
  CHECK(clock->now() - before == 500ms);
}

}  // namespace duroxide::duration_test
