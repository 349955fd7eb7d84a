#pragma once

// What the tests of the test system test: an order that is charged, waits a month for the customer, and
// is refunded otherwise.

#include <chrono>
#include <string>

#include <duroxide/duroxide.hpp>
#include <duroxide/testing.hpp>

namespace duroxide::order {

using namespace std::chrono_literals;

inline ActivityOptions charging() {
  return ActivityOptions().retry(
      RetryPolicy().max_attempts(4).backoff(Backoff::fixed(Milliseconds(20'000))));
}

inline Task<std::string> take_order(OrchestrationContext ctx, int cents) {
  const ActivityOptions options = charging();
  const std::string receipt = co_await ctx.schedule_activity("Charge", cents, options);
  ctx.set_custom_status("charged");
  auto confirmed = ctx.wait_for_external_event("Confirmed");
  auto month = ctx.schedule_timer(24h * 30);
  const auto first = co_await when_any(std::move(confirmed), std::move(month));
  if (first.index() == 0) {
    co_return receipt;
  }
  const std::string refund = co_await ctx.schedule_activity("Refund", receipt);
  co_return refund;
}

/// Charges several orders at once, each as a child.
inline Task<std::string> take_basket(OrchestrationContext ctx, int orders) {
  std::vector<DurableFuture<std::string>> children;
  for (int i = 1; i <= orders; ++i) {
    children.push_back(ctx.schedule_sub_orchestration("Order", i));
  }
  const std::vector<std::string> ends = co_await when_all(std::move(children));
  std::string all;
  for (const std::string& each : ends) {
    all += each + ";";
  }
  co_return all;
}

/// As a program registers it.
inline void register_all(Runtime& runtime) {
  runtime.register_orchestration("Order", take_order)
      .register_orchestration("Basket", take_basket)
      .register_activity("Charge", [](int cents) { return "receipt " + std::to_string(cents); })
      .register_activity("Refund",
                         [](const std::string& receipt) { return "refunded " + receipt; });
}

}  // namespace duroxide::order
