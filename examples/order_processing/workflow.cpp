#include "workflow.hpp"

#include <thread>
#include <utility>

using namespace duroxide;

namespace {

bool is_declined(const std::string& card) {
  return card.ends_with("0002");
}

bool is_in_stock(const Order& order) {
  for (const Item& item : order.items) {
    if (item.sku.starts_with("RARE-")) {
      return false;
    }
  }
  return true;
}

}  // namespace

Task<OrderOutcome> process_order(OrchestrationContext ctx, Order order) {
  OrderOutcome outcome{"compensated", ""};

  auto payment = co_await ctx.schedule_activity("ProcessPayment", order).as_result();
  if (!payment) {
    outcome.reason = payment.error().message;
    co_return outcome;
  }

  auto reservation = co_await ctx.schedule_activity("ReserveInventory", order).as_result();
  if (!reservation) {
    co_await ctx.schedule_activity("RefundPayment", order);
    outcome.reason = reservation.error().message;
    co_return outcome;
  }

  auto shipping = ctx.wait_for_external_event("ShippingReady");
  auto deadline = ctx.schedule_timer(Milliseconds(order.ship_within_ms));
  auto first = co_await when_any(std::move(shipping), std::move(deadline));
  if (first.index() == 1) {
    co_await ctx.schedule_activity("ReleaseInventory", order);
    co_await ctx.schedule_activity("RefundPayment", order);
    outcome.reason = "not shipped in time";
    co_return outcome;
  }

  co_await ctx.schedule_activity("CompleteOrder", order);
  outcome.outcome = "completed";
  co_return outcome;
}

void register_workflow(Runtime& runtime, Ledger& ledger, std::chrono::milliseconds work_time) {
  using Effect = Result<std::string, std::string>;

  // An effect on the world, which takes its time. The engine may run it again after a crash; a real
  // payment service would be given the order's id to recognise the repetition.
  auto effect = [&ledger, work_time](const Order& order, const char* step) -> Effect {
    std::this_thread::sleep_for(work_time);
    ledger.append(order.id, step);
    return std::string(step);
  };

  runtime.register_orchestration("ProcessOrder", process_order)
      .register_activity("ProcessPayment",
                         [effect](const Order& order) -> Effect {
                           return is_declined(order.card) ? failure(std::string("payment declined"))
                                                          : effect(order, "charge");
                         })
      .register_activity("ReserveInventory",
                         [effect](const Order& order) -> Effect {
                           return is_in_stock(order) ? effect(order, "reserve")
                                                     : failure(std::string("out of stock"));
                         })
      .register_activity("CompleteOrder",
                         [effect](const Order& order) { return effect(order, "complete"); })
      .register_activity("ReleaseInventory",
                         [effect](const Order& order) { return effect(order, "release"); })
      .register_activity("RefundPayment",
                         [effect](const Order& order) { return effect(order, "refund"); });
}
