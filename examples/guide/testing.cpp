// Testing what is written with this library, without threads and without waiting.
#include <duroxide/testing.hpp>

#include "guide.hpp"

namespace guide {

namespace {

std::string charge(ActivityContext& context, int cents) {
  return "paid " + std::to_string(cents) + " for " + context.instance_id();
}

std::string refund(const std::string& receipt) {
  return "refunded: " + receipt;
}

Task<std::string> order(OrchestrationContext ctx, int cents) {
  const auto patience = ActivityOptions().retry(RetryPolicy().backoff(Backoff::fixed(20s)));
  const std::string receipt = co_await ctx.schedule_activity("Charge", cents, patience);
  auto confirmed = ctx.wait_for_external_event("Confirmed");
  auto month = ctx.schedule_timer(30 * 24h);
  const auto first = co_await when_any(std::move(confirmed), std::move(month));
  if (first.index() == 0) {
    co_return receipt;
  }
  const std::string refunded = co_await ctx.schedule_activity("Refund", receipt);
  co_return refunded;
}

Task<std::string> delivery(OrchestrationContext ctx, int cents) {
  const std::string paid = co_await ctx.schedule_sub_orchestration("Order", cents);
  const auto patience = ActivityOptions().timeout(2min);
  const auto shipped = co_await ctx.schedule_activity("Ship", paid, patience).as_result();
  co_return paid + (shipped ? ", shipped" : ", late");
}

/// As the program itself registers it.
void register_all(Runtime& runtime) {
  runtime.register_orchestration("Order", order)
      .register_orchestration("Delivery", delivery)
      .register_activity("Charge", charge)
      .register_activity("Refund", refund);
}

void test_activity() {
  // [test-activity]
  ActivityContext::Call call;
  call.instance = "order-1";
  ActivityContext context(call, {});
  const std::string receipt = charge(context, 500);
  // [/test-activity]
  check("test-activity", receipt, "paid 500 for order-1");
}

void test_orchestration() {
  // [test-orchestration]
  testkit::TestSystem test;
  test.register_orchestration("Order", order).register_activity("Refund", refund);
  auto charges = test.mock_activity("Charge").returns("paid");

  test.start("order-1", "Order", 500);  // runs all that can run now
  test.advance(29 * 24h);
  const bool waits = test.status("order-1").is_running();
  const OrchestrationStatus status = test.wait("order-1");  // skips the day that is left
  // [/test-orchestration]
  check("test-orchestration", waits ? "waits" : "has ended", "waits");
  check("test-orchestration", status.output(), "refunded: paid");
  check("test-orchestration", charges.input(), "500");
}

void test_mocks() {
  // [test-mocks]
  testkit::TestSystem test(register_all);  // as the program does, but for these:
  auto ships = test.mock_activity("Ship").returns("a parcel").takes(3min);
  test.mock_orchestration("Order").does([](int cents) { return std::to_string(cents) + " paid"; });

  const OrchestrationStatus status = test.run("delivery-1", "Delivery", 500);
  // [/test-mocks]
  check("test-mocks", status.output(), "500 paid, late");
  check("test-mocks", ships.input(), "500 paid");
}

void test_history() {
  testkit::TestSystem test(register_all);
  // [test-history]
  auto charges = test.mock_activity("Charge").fails("the bank is closed").times(2).returns("paid");
  test.start("order-1", "Order", 500);
  test.advance(40s);
  test.raise_event("order-1", "Confirmed");

  const testkit::History history = test.history("order-1");
  const std::size_t failed = history.count<event::ActivityFailed>("Charge");
  const std::string paid = history.one<event::ActivityCompleted>("Charge").result;
  const std::vector<int> inputs = charges.inputs<int>();
  // [/test-history]
  check("test-history", paid, "paid");
  check("test-history", std::to_string(failed) + std::to_string(inputs.at(2)), "2500");
}

void test_crashes() {
  // [test-crashes]
  const auto report = testkit::crash_at_every_turn([](testkit::TestSystem& test) {
    test.register_all(register_all);
    test.start("order-1", "Order", 500);
    test.raise_event("order-1", "Confirmed");
    return test.wait("order-1").to_string();  // what must be the same each time
  });
  // [/test-crashes]
  check("test-crashes", report ? "the same" : report.to_string(), "the same");
  check("test-crashes", report.undisturbed(), "Completed: paid 500 for order-1");
}

// [replay-main]
int replay_orders(int argc, const char* const* argv) {
  return testkit::replay_main(register_all, argc, argv);
}
// [/replay-main]

void test_replay() {
  testkit::TestSystem test(register_all);
  test.start("order-1", "Order", 500);
  const std::string recorded = test.exported("order-1");
  // [test-replay]
  const testkit::ReplayReport report = testkit::replay_json(register_all, recorded);
  // [/test-replay]
  check("test-replay", report.to_string(),
        "1 instance, 1 execution, 5 events: the code does what they say");
  const char* const arguments[] = {"replay-orders", "--help"};
  check("replay-main", std::to_string(replay_orders(2, arguments)), "0");
}

}  // namespace

void testing() {
  test_activity();
  test_orchestration();
  test_mocks();
  test_history();
  test_crashes();
  test_replay();
}

}  // namespace guide
