// What an orchestration tells the outside while it runs.
#include "guide.hpp"

namespace guide {

namespace {

// [custom-status]
Task<> bake(OrchestrationContext ctx) {
  const auto steps = {"kneading", "rising", "baking"};
  for (const char* step : steps) {
    ctx.set_custom_status(step);
    co_await ctx.wait_for_external_event("Next");
  }
  ctx.set_custom_status("done");
}
// [/custom-status]

// [values]
Task<> keep_account(OrchestrationContext ctx) {
  int amount = 1;
  while (amount != 0) {
    amount = co_await ctx.dequeue_event<int>("Bookings");
    const int balance = ctx.get_value<int>("balance").value_or(0);
    ctx.set_value("balance", balance + amount);
  }
}
// [/values]

// [read-value]
Task<std::string> judge(OrchestrationContext ctx, std::string account) {
  const std::optional<int> balance = co_await ctx.read_value<int>(account, "balance");
  if (!balance) {
    co_return "no such account";
  }
  co_return *balance < 0 ? "in debt" : "in credit";
}
// [/read-value]

}  // namespace

void state() {
  World world([](Runtime& runtime) {
    runtime.register_orchestration("Bake", bake)
        .register_orchestration("Account", keep_account)
        .register_orchestration("Judge", judge);
  });
  Client& client = world.client;

  world.start("Bake");
  std::string seen_steps;
  // [watch-status]
  std::uint64_t seen = 0;
  for (bool has_ended = false; !has_ended;) {
    const auto status = expect(client.wait_for_status_change("Bake", seen, 30s));
    seen_steps += status.custom_status().value_or("") + " ";
    seen = status.custom_status_version();
    has_ended = status.is_terminal();
    if (!has_ended) {
      expect(client.raise_event("Bake", "Next"));
    }
  }
  // [/watch-status]
  check("watch-status", seen_steps, "kneading rising baking done ");

  world.start("Account");
  expect(client.enqueue_event("Account", "Bookings", 70));
  expect(client.enqueue_event("Account", "Bookings", -100));
  // [wait-for-value]
  auto balance = expect(client.wait_for_value("Account", "balance", 30s));
  while (balance && balance->value != "-30") {
    balance = expect(client.wait_for_value("Account", "balance", 30s, balance->version));
  }
  // [/wait-for-value]
  check("wait-for-value", balance ? balance->value : "none", "-30");
  check("read-value", world.run("Judge", "Account"), "Completed: in debt");
  expect(client.start_orchestration("nobody", "Judge", "nobody"));
  check("read-value", world.end_of("nobody"), "Completed: no such account");
  expect(client.enqueue_event("Account", "Bookings", 0));
  check("values", world.end_of("Account"), "Completed: ");
  // [client-values]
  const auto last = expect(client.get_value("Account", "balance"));
  // [/client-values]
  check("client-values", last ? last->value : "none", "-30");
}

}  // namespace guide
