// Orchestrations that start others, and that begin anew.
#include <stdexcept>
#include <vector>

#include "guide.hpp"

namespace guide {

namespace {

// [start-once]
std::string place_order(Client& client, const std::string& id, const std::string& goods) {
  const auto once = StartOptions().reuse(ReusePolicy::use_existing_same_input);
  const auto started = client.start_orchestration(id, "Pack", goods, once);
  if (started) {
    return started->created() ? "placed" : "was placed before";
  }
  if (started.error().kind == ClientError::Kind::instance_already_exists) {
    return "another order has this number";
  }
  throw std::runtime_error(started.error().to_string());
}
// [/start-once]

// [run]
std::string box_of(Client& client, const std::string& id, const std::string& goods) {
  const auto once = StartOptions().reuse(ReusePolicy::use_existing_same_input);
  const auto box = client.run_orchestration(id, "Pack", goods, 30s, once);
  if (box) {
    return *box;
  }
  return box.error().kind == ClientError::Kind::timeout ? "not packed yet; ask again later"
                                                        : box.error().to_string();
}
// [/run]

// [child]
Task<std::string> pack(OrchestrationContext ctx, std::string goods) {
  const std::string box = co_await ctx.schedule_activity("Pack", goods);
  co_return box;
}

Task<std::string> ship(OrchestrationContext ctx) {
  const auto options = SubOrchestrationOptions()
                           .instance_id(ctx.instance_id() + "/tea")
                           .version("1.0.0")
                           .timeout(1h)
                           .retry(RetryPolicy().max_attempts(2));
  std::string box = co_await ctx.schedule_sub_orchestration("Pack", "tea", options);
  co_return "shipped " + box;
}
// [/child]

// [outlive]
Task<std::string> renew(OrchestrationContext ctx, int day) {
  const std::string audit = ctx.instance_id() + "/audit";
  if (day == 1) {
    const auto options = SubOrchestrationOptions().instance_id(audit).outlives_parent();
    auto going_on = ctx.schedule_sub_orchestration("Pack", "the books", options);
    co_await ctx.schedule_activity("Work");
    co_await ctx.continue_as_new(day + 1);  // the audit goes on
  }
  const std::string found = co_await ctx.await_instance(audit);
  co_return "day " + std::to_string(day) + ": " + found;
}
// [/outlive]

// [detached]
Task<std::string> check_out(OrchestrationContext ctx) {
  const std::string order = ctx.instance_id();
  ctx.schedule_orchestration("Pack", "parcel-of-" + order, "coffee");
  co_return "thank you";
}
// [/detached]

// [talk]
Task<std::string> ask_for_box(OrchestrationContext ctx) {
  const std::string packer = ctx.instance_id() + "/packer";
  ctx.schedule_orchestration("Packer", packer, ctx.instance_id());
  ctx.enqueue_event(packer, "Goods", std::string("tea"));
  const std::string box = co_await ctx.wait_for_external_event("Packed");
  ctx.cancel_instance(packer, "nothing more to pack");
  co_return box;
}

Task<std::string> packer(OrchestrationContext ctx, std::string customer) {
  std::string goods;
  while (true) {
    goods = co_await ctx.dequeue_event("Goods");
    ctx.raise_event(customer, "Packed", "a box of " + goods);
  }
}
// [/talk]

// [continue-as-new]
Task<int> work_off(OrchestrationContext ctx, int done) {
  int total = done;
  while (total < 100) {
    co_await ctx.schedule_activity("Work");
    ++total;
    if (ctx.history_size() > 50) {
      co_await ctx.continue_as_new(total);  // does not come back
    }
  }
  co_return total;
}
// [/continue-as-new]

// [cheaper]
Task<int> stock_of(OrchestrationContext ctx, std::vector<std::string> shelves) {
  std::vector<DurableFuture<int>> counts;
  for (const std::string& shelf : shelves) {
    counts.push_back(ctx.schedule_activity<int>("CountShelf", shelf));
  }
  int sum = 0;
  for (const int count : co_await when_all(std::move(counts))) {
    sum += count;
  }
  ctx.set_custom_status("counted");  // goes along with the turn
  co_return sum;
}
// [/cheaper]

}  // namespace

void composition() {
  World world([](Runtime& runtime) {
    runtime.register_orchestration("Pack", pack)
        .register_orchestration("Ship", ship)
        .register_orchestration("Renew", renew)
        .register_orchestration("CheckOut", check_out)
        .register_orchestration("WorkOff", work_off)
        .register_orchestration("AskForBox", ask_for_box)
        .register_orchestration("Packer", packer)
        .register_activity("Pack", [](const std::string& goods) { return "a box of " + goods; })
        .register_orchestration("StockOf", stock_of)
        .register_activity("CountShelf",
                           [](const std::string& shelf) { return static_cast<int>(shelf.size()); })
        .register_activity("Work", [] {});
  });
  check("start-once", place_order(world.client, "order-1", "tea"), "placed");
  check("start-once", world.end_of("order-1"), "Completed: a box of tea");
  check("start-once", place_order(world.client, "order-1", "tea"), "was placed before");
  check("start-once", place_order(world.client, "order-1", "jam"), "another order has this number");
  check("run", box_of(world.client, "order-2", "jam"), "a box of jam");
  check("run", box_of(world.client, "order-2", "jam"), "a box of jam");
  check("child", world.run("Ship"), "Completed: shipped a box of tea");
  check("child", world.end_of("Ship/tea"), "Completed: a box of tea");
  check("outlive", world.run("Renew", 1), "Completed: day 2: a box of the books");
  check("detached", world.run("CheckOut"), "Completed: thank you");
  check("detached", world.end_of("parcel-of-CheckOut"), "Completed: a box of coffee");
  check("talk", world.run("AskForBox"), "Completed: a box of tea");
  check("talk", world.end_of("AskForBox/packer"), "Cancelled: nothing more to pack");
  check("cheaper", world.run("StockOf", std::vector<std::string>{"tea", "jam"}), "Completed: 6");
  check("continue-as-new", world.run("WorkOff", 0), "Completed: 100");
  const auto executions = expect(expect(world.client.management()).list_executions("WorkOff"));
  check("continue-as-new", executions.size() > 3 ? "several" : "few", "several");
}

}  // namespace guide
