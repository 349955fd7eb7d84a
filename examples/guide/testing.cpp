// Testing what is written with this library, without threads and without waiting.
#include <duroxide/provider.hpp>

#include "guide.hpp"

namespace guide {

namespace {

std::string charge(ActivityContext& context, int cents) {
  return "paid " + std::to_string(cents) + " for " + context.instance_id();
}

Task<std::string> order(OrchestrationContext ctx, int cents) {
  const std::string receipt = co_await ctx.schedule_activity("Charge", cents);
  auto confirmed = ctx.wait_for_external_event("Confirmed");
  auto month = ctx.schedule_timer(30 * 24h);
  const auto first = co_await when_any(std::move(confirmed), std::move(month));
  co_return receipt + (first.index() == 0 ? ", confirmed" : ", forgotten");
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

// [test-system]
/// CAF's testing scheduler has no threads: actors run while the test makes a blocking call.
class TestSystem {
 public:
  ~TestSystem() {
    actors::run_until(system_, [] { return false; });
  }
  ActorSystem handle() { return use_actor_system(system_); }

 private:
  struct Config : caf::actor_system_config {
    Config() { actors::configure_deterministic(*this); }
  };
  Config config_;
  caf::actor_system system_{config_};
};
// [/test-system]

void test_orchestration() {
  // [test-orchestration]
  TestSystem system;  // first: everything else lives in it
  const auto clock = std::make_shared<ManualClock>();
  const Store store =
      MemoryProvider::create(MemoryOptions().clock(clock).actor_system(system.handle()));

  // No room for resident instances: each step is replayed from history, as after a crash.
  Runtime runtime(store, RuntimeOptions().max_resident_instances(0));
  runtime.register_orchestration("Order", order).register_activity("Charge", charge);
  expect(runtime.start());

  Client client(store);
  expect(client.start_orchestration("order-1", "Order", 500));
  const bool waits = !client.wait_for_completion("order-1", 0s);  // runs all that can run now
  clock->advance(30 * 24h);
  const auto status = expect(client.wait_for_completion("order-1", 0s));
  // [/test-orchestration]
  check("test-orchestration", waits ? "waits" : "has ended", "waits");
  check("test-orchestration", status.output(), "paid 500 for order-1, forgotten");
}

}  // namespace

void testing() {
  test_activity();
  test_orchestration();
}

}  // namespace guide
