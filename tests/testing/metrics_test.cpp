// What a run leaves in the metrics: each family of the engine's own has the values that the script says.

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include <duroxide/duroxide.hpp>
#include <duroxide/testing.hpp>

#include "support/prometheus_check.hpp"

namespace duroxide::run_metrics_test {

using namespace std::chrono_literals;
using duroxide::testing::PrometheusCheck;
using testkit::TestOptions;
using testkit::TestSystem;
using Labels = PrometheusCheck::Labels;
using Problems = std::vector<std::string>;

namespace {

PrometheusCheck metrics(TestSystem& test) {
  PrometheusCheck check(prometheus_text(test.client().management().value().metrics().value()));
  CHECK(check.problems() == Problems());
  return check;
}

double turns(const PrometheusCheck& check, const std::string& outcome) {
  return check.value("duroxide_turns_total", {{"outcome", outcome}}).value();
}

double runs(const PrometheusCheck& check, const std::string& activity, const std::string& outcome) {
  return check
      .value("duroxide_activity_duration_seconds_count",
             {{"activity", activity}, {"outcome", outcome}})
      .value_or(0);
}

double counter(const PrometheusCheck& check, const std::string& name) {
  return check.value(name).value();
}

/// Fails twice, then succeeds.
Task<std::string> charge(OrchestrationContext ctx) {
  const ActivityOptions options = ActivityOptions().retry(
      RetryPolicy().max_attempts(3).backoff(Backoff::fixed(Milliseconds(1'000))));
  const std::string receipt = co_await ctx.schedule_activity("Charge", std::string(), options);
  co_return receipt;
}

Task<int> add_up(OrchestrationContext ctx) {
  int sum = 0;
  for (int i = 0; i < 3; ++i) {
    sum = co_await ctx.schedule_activity<int>("Add", sum);
  }
  co_return sum;
}

Task<int> count_down(OrchestrationContext ctx, int rounds) {
  const int left = rounds - 1;
  if (rounds > 0) {
    co_await ctx.continue_as_new(left);
  }
  co_return rounds;
}

Task<std::string> wait_for_go(OrchestrationContext ctx) {
  const std::string go = co_await ctx.wait_for_external_event("Go");
  co_return go;
}

Task<std::string> give_up(OrchestrationContext) {
  throw std::runtime_error("no way");
  co_return "";
}

void register_all(Runtime& runtime) {
  runtime.register_orchestration("Charges", charge)
      .register_orchestration("AddsUp", add_up)
      .register_orchestration("CountsDown", count_down)
      .register_orchestration("Waits", wait_for_go)
      .register_orchestration("GivesUp", give_up)
      .register_activity("Charge",
                         [tries = std::make_shared<int>(0)] {
                           if (++*tries < 3) {
                             throw std::runtime_error("declined");
                           }
                           return std::string("receipt");
                         })
      .register_activity(
          "Add", [](int sum) { return sum + 1; }, ActivityKind::pure);
}

}  // namespace

TEST_CASE("metrics of a run: attempts, timers and turns", "[metrics][test-system][retry]") {
  TestSystem test(register_all);
  CHECK(test.run("i", "Charges").output() == "receipt");
  const auto check = metrics(test);
  CHECK(runs(check, "Charge", "failed") == 2);
  CHECK(runs(check, "Charge", "completed") == 1);
  CHECK(counter(check, "duroxide_retries_total") == 2);
  CHECK(counter(check, "duroxide_timer_lateness_seconds_count") == 2);
  CHECK(counter(check, "duroxide_timer_lateness_seconds_sum") == 0);
  CHECK(counter(check, "duroxide_activity_wait_seconds_count") == 3);
  CHECK(turns(check, "completed") == 1);
  CHECK(turns(check, "waiting") == 5);
  CHECK(counter(check, "duroxide_turn_duration_seconds_count") == 6);
  CHECK(counter(check, "duroxide_turn_wait_seconds_count") == 6);
  // The test system replays before each turn but the first.
  CHECK(counter(check, "duroxide_replays_total") == 5);
  CHECK(counter(check, "duroxide_replayed_events_total") > 5);
  CHECK(counter(check, "duroxide_turns_refused_total") == 0);
  CHECK(counter(check, "duroxide_slow_turns_total") == 0);
  CHECK(counter(check, "duroxide_commits_total") > 0);
}

TEST_CASE("metrics of a run: each end of a turn", "[metrics][test-system][turns]") {
  TestSystem test(register_all);
  CHECK(test.run("adds", "AddsUp").output() == "3");
  test.run("rounds", "CountsDown", 2);
  test.run("fails", "GivesUp");
  test.start("stays", "Waits");
  test.start("ends", "Waits");
  test.cancel("ends", "enough");
  const auto check = metrics(test);
  CHECK(turns(check, "completed") == 2);
  CHECK(turns(check, "continued_as_new") == 2);
  CHECK(turns(check, "failed") == 1);
  CHECK(turns(check, "cancelled") == 1);
  CHECK(turns(check, "waiting") == 2);
  CHECK(turns(check, "answered") == 0);
  CHECK(runs(check, "Add", "completed") == 3);  // within one turn
  CHECK(counter(check, "duroxide_activity_wait_seconds_count") == 0);
  CHECK(check.value("duroxide_instances", {{"orchestration", "Waits"}, {"status", "running"}}) ==
        1);
  CHECK(check.value("duroxide_instances", {{"orchestration", "Waits"}, {"status", "cancelled"}}) ==
        1);
}

TEST_CASE("metrics of a run: a resident instance is not replayed", "[metrics][residency]") {
  TestSystem test(register_all, TestOptions().replay_each_turn(false));
  CHECK(test.run("i", "Charges").output() == "receipt");
  const auto check = metrics(test);
  CHECK(counter(check, "duroxide_replays_total") == 0);
  CHECK(counter(check, "duroxide_replayed_events_total") == 0);
}

TEST_CASE("metrics of a run: a new process begins at nothing", "[metrics][restart]") {
  TestSystem test(register_all);
  test.start("stays", "Waits");
  CHECK(turns(metrics(test), "waiting") == 1);
  test.crash();
  const auto check = metrics(test);
  CHECK(turns(check, "waiting") == 0);
  CHECK(check.value("duroxide_instances", {{"orchestration", "Waits"}, {"status", "running"}}) ==
        1);
}

}  // namespace duroxide::run_metrics_test
