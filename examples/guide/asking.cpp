// The chapter on updates and queries.

#include <string>
#include <vector>

#include "guide.hpp"

namespace guide {

namespace {

// [update]
struct Item {
  std::string name;
  int cents = 0;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(name), CEREAL_NVP(cents));
  }
};

inline constexpr Update<Item, int> add_item{"AddItem"};
inline constexpr Query<std::string, int> total_of{"Total"};

Task<std::string> cart(OrchestrationContext ctx) {
  std::vector<Item> items;
  int total = 0;
  bool is_closed = false;

  const auto add = [&](const Item& item) {
    items.push_back(item);
    return total += item.cents;
  };
  const auto check_item = [&](const Item& item) -> Result<void, std::string> {
    if (item.cents <= 0) {
      return failure(item.name + " has no price");
    }
    return {};
  };
  ctx.on_update(add_item, add, check_item);
  ctx.on_update<std::string, void>("Close", [&](const std::string&) { is_closed = true; });
  ctx.on_query(total_of, [&](const std::string&) { return total; });

  const auto closed = [&] { return is_closed; };
  co_await ctx.wait_until(closed);
  co_return std::to_string(items.size()) + " items, " + std::to_string(total) + " cents";
}
// [/update]

// [wait-or-timeout]
Task<std::string> vote(OrchestrationContext ctx, int wanted) {
  int votes = 0;
  ctx.on_update<std::string, int>("Vote", [&](const std::string&) { return ++votes; });
  const auto enough = [&] { return votes >= wanted; };
  const auto first = co_await when_any(ctx.wait_until(enough), ctx.schedule_timer(24h));
  co_return first.index() == 0 ? "decided" : "too few votes";
}
// [/wait-or-timeout]

Task<std::string> ballot(OrchestrationContext ctx) {
  const std::string vote = co_await ctx.wait_for_external_event("Vote");
  co_return vote;
}

}  // namespace

void asking() {
  World world([](Runtime& runtime) {
    runtime.register_orchestration("Cart", cart)
        .register_orchestration("Vote", vote)
        .register_orchestration("Ballot", ballot);
  });
  Client& client = world.client;
  expect(client.start_orchestration("cart-1", "Cart"));

  // [ask]
  const int total = expect(client.update("cart-1", add_item, Item{"tea", 450}));

  const auto refused = client.update("cart-1", add_item, Item{"air", 0});
  if (!refused && refused.error().kind == ClientError::Kind::update_refused) {
    // `refused.error().message` is "air has no price", and nothing has happened.
  }
  // [/ask]
  check("ask", std::to_string(total), "450");
  check("ask", refused.error().message, "air has no price");

  // [ask-once]
  const auto once = UpdateOptions().id("request-17").timeout(30s);
  expect(client.update("cart-1", add_item, Item{"cup", 300}, once));
  expect(client.update("cart-1", add_item, Item{"cup", 300}, once));  // the same answer: 750
  // [/ask-once]

  // [query]
  const int cents = expect(client.query("cart-1", total_of, "", 30s));
  // [/query]
  check("query", std::to_string(cents), "750");

  expect(client.update<void>("cart-1", "Close"));
  check("update", world.end_of("cart-1"), "Completed: 2 items, 750 cents");

  // [start-with]
  const auto added =
      expect(client.start_with_update<int>("cart-2", "Cart", "", "AddItem", Item{"tea", 450}));
  const bool is_new = added.created();
  const int sum = expect(added.answer());

  expect(client.start_with_event("ballot", "Ballot", "", "Vote", "yes"));
  // [/start-with]
  check("start-with", is_new ? std::to_string(sum) : "", "450");
  check("start-with", world.end_of("ballot"), "Completed: yes");

  // [wait-for-start]
  const auto status = expect(client.wait_for_start("cart-2", 30s));
  // [/wait-for-start]
  check("wait-for-start", status.to_string(), "Running");

  // [wait-for-first-turn]
  const auto begun = expect(client.wait_for_first_turn("cart-2", 30s));
  // [/wait-for-first-turn]
  check("wait-for-first-turn", begun.to_string(), "Running");

  world.start("Vote", 2);
  for (int i = 1; i <= 2; ++i) {
    check("wait-or-timeout", std::to_string(expect(client.update<int>("Vote", "Vote", "yes"))),
          std::to_string(i));
  }
  check("wait-or-timeout", world.end_of("Vote"), "Completed: decided");
}

}  // namespace guide
