// Tests of an orchestration, as a program of its own. Activities are mocked, a month passes in a
// millisecond, the process crashes between any two turns, and what was recorded once is replayed against
// the code of today. Any test framework will do; here a check is a function.
//
// Given files that `duroxide export` has written, it replays those instead, and says where the code parts
// from them: testing_an_order order-1.json
#include <chrono>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>

#include <duroxide/duroxide.hpp>
#include <duroxide/testing.hpp>

using namespace duroxide;
using namespace std::chrono_literals;
using duroxide::testkit::TestSystem;

// --- what is tested -------------------------------------------------------------------------------

/// Charges an order, waits a month for the customer to confirm it, and refunds it otherwise.
Task<std::string> order(OrchestrationContext ctx, int cents) {
  const auto patience = ActivityOptions().retry(RetryPolicy().backoff(Backoff::fixed(20s)));
  const std::string receipt = co_await ctx.schedule_activity("Charge", cents, patience);
  auto confirmed = ctx.wait_for_external_event("Confirmed");
  auto month = ctx.schedule_timer(30 * 24h);
  const auto first = co_await when_any(std::move(confirmed), std::move(month));
  if (first.index() == 0) {
    co_return receipt + ", confirmed";
  }
  const std::string refund = co_await ctx.schedule_activity("Refund", receipt);
  co_return refund;
}

/// The program and its tests register the same.
void register_all(Runtime& runtime) {
  runtime.register_orchestration("Order", order)
      .register_activity("Charge", [](int cents) { return std::to_string(cents) + " cents"; })
      .register_activity("Refund",
                         [](const std::string& receipt) { return receipt + ", refunded"; });
}

// --- the tests ------------------------------------------------------------------------------------

void check(bool holds, const std::string& what) {
  if (!holds) {
    throw std::runtime_error("this does not hold: " + what);
  }
  std::cout << what << '\n';
}

void test_patience() {
  TestSystem test(register_all);
  auto charges = test.mock_activity("Charge").fails("the bank is closed").times(2).returns("paid");
  test.start("order-1", "Order", 500);
  test.skip_until([&] { return charges.count() == 3; });
  check(test.elapsed() == 40s, "a bank that is closed is asked again after 20 seconds");
  check(test.history("order-1").count<event::ActivityFailed>("Charge") == 2,
        "the history tells of the failures");
}

void test_customer() {
  TestSystem test(register_all);
  test.start("order-1", "Order", 500);
  test.advance(29 * 24h);
  test.raise_event("order-1", "Confirmed");
  check(test.status("order-1").output() == "500 cents, confirmed", "a customer confirms in time");

  const auto forgotten = test.run("order-2", "Order", 700);
  check(forgotten.output() == "700 cents, refunded", "another forgets, and gets the money back");
  check(test.elapsed() == 59 * 24h, "two months have passed");
}

void test_crashes() {
  const auto report = testkit::crash_at_every_turn([](TestSystem& test) {
    test.register_all(register_all);
    return test.run("order-1", "Order", 500).to_string();
  });
  check(report.is_same(), report.to_string());
}

void test_recorded() {
  TestSystem test(register_all);
  (void)test.run("order-1", "Order", 500);
  const auto report = testkit::replay_json(register_all, test.exported("order-1"));
  check(report.is_same(), report.to_string());
}

int main(int argc, char** argv) try {
  if (argc > 1) {
    return testkit::replay_main(register_all, argc, argv);
  }
  test_patience();
  test_customer();
  test_crashes();
  test_recorded();
  return 0;
} catch (const std::exception& error) {
  std::cerr << "testing_an_order: " << error.what() << '\n';
  return 1;
}
