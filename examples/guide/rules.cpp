// Typed handles and payloads; what orchestration code must keep to.
#include <cstdlib>
#include <unordered_map>

#include "guide.hpp"

// [strict]
struct Transfer {
  std::string from;
  std::string to;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(from), CEREAL_NVP(to));
  }
};

template <>
inline constexpr bool duroxide::strict_payload<Transfer> = true;  // all members, and no other
// [/strict]

namespace guide {

namespace {

// [payload]
struct Order {
  std::string id;
  int cents = 0;
  std::vector<std::string> goods;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(id), CEREAL_NVP(cents), CEREAL_NVP(goods));
  }
};
// [/payload]

// [handles]
inline constexpr Activity<std::string(Order)> charge{"Charge"};
inline constexpr Orchestration<std::string(Order)> checkout{"Checkout"};

Task<std::string> check_out(OrchestrationContext ctx, Order order) {
  const std::string receipt = co_await ctx.schedule_activity(charge, order);
  co_return receipt;
}

std::string charge_card(const Order& order) {
  return order.id + ": " + std::to_string(order.cents) + " cents";
}
// [/handles]

// [made-input]
Task<std::string> sell_tea(OrchestrationContext ctx, std::string id) {
  const std::string receipt = co_await ctx.schedule_activity(
      charge, input<Order>(id, 500, input<std::vector<std::string>>("tea")));
  co_return receipt;
}
// [/made-input]

// [deterministic]
Task<std::string> stamp(OrchestrationContext ctx) {
  const Timestamp now = ctx.utc_now();        // not std::chrono::system_clock::now()
  const std::string id = ctx.new_guid();      // not a random number
  if (to_milliseconds(now) % 2 == 0) {        // a replay takes the same branch
    ctx.log_info(id + " at an even moment");  // not written again by a replay
  }
  auto first = ctx.schedule_activity("Work", "first");  // one step a statement
  auto second = ctx.schedule_activity("Work", "second");
  const auto [a, b] = co_await when_all(std::move(first), std::move(second));
  co_return a + " " + b;
}
// [/deterministic]

constexpr int sample_size = 100;

// [side-effect]
Task<std::string> sample(OrchestrationContext ctx) {
  const int percent = ctx.side_effect("percent", [] { return std::rand() % 100; });
  std::string treatment = "as before";
  if (percent < sample_size) {
    treatment = co_await ctx.schedule_activity("Work", "anew");
  }
  co_return treatment;
}
// [/side-effect]

// [aggregate]
Task<std::string> sell(OrchestrationContext ctx) {
  const std::string first = co_await ctx.schedule_activity(charge, input<Order>("o-1", 500));
  const Order order{"o-2", 700, {"tea"}};  // or a name, not inside of the co_await expression
  const std::string second = co_await ctx.schedule_activity(charge, order);
  co_return first + ", " + second;
}
// [/aggregate]

// [allowed]
Task<int> pairs(OrchestrationContext ctx) {
  const std::string word = co_await ctx.schedule_activity("Work", "committee");
  std::unordered_map<char, int> letters;
  for (const char letter : word) {
    ++letters[letter];
  }
  int twice = 0;
  // duroxide-lint: allow(unordered) how many there are does not depend on the order
  for (const auto& [letter, count] : letters) {
    twice += count == 2 ? 1 : 0;
  }
  co_return twice;
}
// [/allowed]

// [named-lambda]
Task<std::string> greet(OrchestrationContext ctx, std::string greeting) {
  const auto greeted = [greeting](std::string name) { return greeting + ", " + name; };
  const std::string text = co_await ctx.schedule_activity("Work", "Ada").map(greeted);
  co_return text;
}
// [/named-lambda]

}  // namespace

// duroxide-lint: allow(no-local) it shows what goes wrong
// [outermost]
Task<int> wrong(OrchestrationContext ctx) {  // nothing is declared outermost
  while (true) {
    if (co_await ctx.schedule_activity<bool>("Ready")) {
      co_return 1;
    }
  }
}

Task<int> right(OrchestrationContext ctx) {
  bool ready = false;
  while (!ready) {
    ready = co_await ctx.schedule_activity<bool>("Ready");
  }
  co_return 1;
}
// [/outermost]

void rules() {
  World world([](Runtime& runtime) {
    // [register-handles]
    runtime.register_orchestration(checkout, check_out).register_activity(charge, charge_card);
    // [/register-handles]
    runtime.register_orchestration("Stamp", stamp)
        .register_orchestration("Sell", sell)
        .register_orchestration("SellTea", sell_tea)
        .register_orchestration("Sample", sample)
        .register_orchestration("Greet", greet)
        .register_orchestration("Pairs", pairs)
        .register_orchestration("Right", right)
        .register_activity("Work", [](const std::string& what) { return what; })
        .register_activity("Ready", [] { return true; });
  });
  Client& client = world.client;
  // [call-handles]
  expect(client.start_orchestration("o-1", checkout, Order{"o-1", 500, {"tea"}}));
  const std::string receipt = expect(client.wait_for_output("o-1", checkout, 30s));
  // [/call-handles]
  check("handles", receipt, "o-1: 500 cents");
  check("deterministic", world.run("Stamp"), "Completed: first second");
  check("side-effect", world.run("Sample"), "Completed: anew");
  check("aggregate", world.run("Sell"), "Completed: o-1: 500 cents, o-2: 700 cents");
  check("made-input", world.run("SellTea", "o-1"), "Completed: o-1: 500 cents");
  check("named-lambda", world.run("Greet", "Hello"), "Completed: Hello, Ada");
  check("allowed", world.run("Pairs"), "Completed: 3");
  check("payload", decode_payload<Order>(R"({"id":"o-1","unknown":[]})").value().id, "o-1");
  check("payload", decode_payload<Order>(R"({"id":"o-1","cents":500,"goods":["tea",5]})").error(),
        "the payload is no `guide::Order`: its field `goods[1]` at byte 39 is the number 5 where a "
        "text is expected: `{\"id\":\"o-1\",\"cents\":500,\"goods\":[\"tea\",5]}`");
  check("strict", decode_payload<Transfer>(R"({"from":"a"})") ? "decoded" : "refused", "refused");
  check("outermost", world.run("Right"), "Completed: 1");
}

}  // namespace guide
