// Temporaries that GCC 12 would destroy twice. There each line that says `refused` must be refused
// with a sentence; other compilers take them all: safe_temporaries_test.sh.
#include "payloads.hpp"

using namespace duroxide;

template <int number>
OrderOf<number> make() {
  return {};
}

// duroxide-lint: allow(aggregate) the compiler must refuse them
Task<int> inputs(OrchestrationContext ctx, Saga& saga) {
  int n = 0;
  OrderOf<22> moved;
  co_await ctx.schedule_activity("A", OrderOf<1>{"id", 5, {}, {}});                       // refused
  co_await ctx.schedule_activity<int>("A", OrderOf<2>{"id", 5, {}, {}});                  // refused
  co_await ctx.schedule_activity<int, OrderOf<3>>("A", OrderOf<3>{"id", 5, {}, {}});      // refused
  co_await ctx.schedule_activity<int, OrderOf<4>>("A", {"id", 5, {}, {}});                // refused
  co_await ctx.schedule_activity<int, OrderOf<5>>("A", {.id = "id", .cents = 5});         // refused
  co_await ctx.schedule_activity("A", make<6>());                                         // refused
  co_await ctx.schedule_activity("A", std::move(moved));                                  // refused
  co_await ctx.schedule_activity(charge<7>, OrderOf<7>{"id", 5, {}, {}});                 // refused
  co_await ctx.schedule_activity(charge<8>, {"id", 5, {"tea"}, {}});                      // refused
  co_await ctx.schedule_activity("A", input<std::vector<OrderOf<9>>>(OrderOf<9>{"id"}));  // refused
  co_await ctx.schedule_sub_orchestration("A", OrderOf<10>{"id", 5, {}, {}});             // refused
  co_await ctx.schedule_sub_orchestration(child<11>, OrderOf<11>{"id", 5, {}, {}});       // refused
  co_await ctx.schedule_sub_orchestration(child<12>, {"id", 5, {"tea"}, {}});             // refused
  ctx.schedule_orchestration("A", "i", OrderOf<13>{"id", 5, {}, {}});                     // refused
  ctx.schedule_orchestration(child<14>, "i", OrderOf<14>{"id", 5, {}, {}});               // refused
  ctx.set_custom_status(OrderOf<15>{"id", 5, {}, {}});                                    // refused
  ctx.set_value("k", OrderOf<16>{"id", 5, {}, {}});                                       // refused
  saga.compensate_with("A", OrderOf<17>{"id", 5, {}, {}});                                // refused
  saga.compensate_with(charge<18>, OrderOf<18>{"id", 5, {}, {}});                         // refused
  co_await ctx.continue_as_new(OrderOf<19>{"id", 5, {}, {}});                             // refused
  co_return n;
}

// duroxide-lint: allow(capturing) the compiler must refuse them
Task<std::string> callables(OrchestrationContext ctx, Saga& saga) {
  std::string t = "x";
  co_await ctx.schedule_activity("A").map([t](std::string x) { return x + t; });         // refused
  auto policy = RetryPolicy().retry_if([t](const ErrorDetails&) { return t.empty(); });  // refused
  co_await run_saga(ctx, [t](Saga&) -> Task<std::string> { co_return t; });              // refused
  saga.compensate_with_task("w", [t](OrchestrationContext) -> Task<> { co_return; });    // refused
  std::function<std::string(std::string)> named;
  co_await ctx.schedule_activity("A").map(std::move(named));  // refused
  co_return t;
}
