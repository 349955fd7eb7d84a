// Updates in a test system: asked, crashed upon, replayed.

#include <stdexcept>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include <duroxide/duroxide.hpp>
#include <duroxide/testing.hpp>

namespace duroxide::test_system_updates_test {

using namespace std::chrono_literals;
using testkit::crash_at_every_turn;
using testkit::TestError;
using testkit::TestOptions;
using testkit::TestSystem;

namespace {

constexpr Update<std::string, int> add_item{"AddItem"};

/// Takes items until there are three, pays, and says what it has. Begins anew once before.
Task<std::string> cart(OrchestrationContext ctx, int round) {
  std::vector<std::string> items;
  const auto add = [&, ctx](const std::string& item) mutable {
    items.push_back(item);
    ctx.set_value("items", items.size());
    return static_cast<int>(items.size());
  };
  const auto check = [&](const std::string& item) {
    if (item.empty()) {
      throw std::runtime_error("an item needs a name");
    }
  };
  co_await ctx.schedule_activity("Open");
  ctx.on_update(add_item, add, check);
  const auto is_full = [&] { return items.size() == 3; };
  co_await ctx.wait_until(is_full);
  if (round == 1) {
    co_await ctx.continue_as_new(2);
  }
  std::string all = co_await ctx.schedule_activity("Pay", items.size());
  for (const std::string& item : items) {
    all += " " + item;
  }
  co_return all;
}

std::string story(TestSystem& test) {
  test.register_orchestration("Cart", cart);
  auto opened = test.mock_activity("Open").returns("");
  auto paid = test.mock_activity("Pay").returns("paid");
  test.start("c", "Cart", 1);
  std::string told;
  for (const char* item : {"a", "b", "c", "d", "", "e", "f"}) {
    const auto answer = test.update("c", add_item, item);
    told += answer ? std::to_string(*answer) : answer.error().message;
    told += ";";
  }
  return told + test.wait("c").to_string();
}

constexpr const char* as_told = "1;2;3;1;an item needs a name;2;3;Completed: paid d e f";

}  // namespace

TEST_CASE("test system: updates are answered", "[test-system][updates]") {
  TestSystem test(TestOptions().replay_each_turn(GENERATE(true, false)));
  CHECK(story(test) == as_told);
}

TEST_CASE("test system: updates come to the same with a crash at every turn",
          "[test-system][updates][restart]") {
  const auto report = crash_at_every_turn([](TestSystem& test) { return story(test); });
  CAPTURE(report);
  CHECK(report.is_same());
}

TEST_CASE("test system: an update that nobody handles is told", "[test-system][updates]") {
  TestSystem test;
  test.register_orchestration("Cart", cart);
  test.mock_activity("Open").returns("").takes(1h);
  test.start("c", "Cart", 2);
  CHECK_THROWS_AS(test.update("c", add_item, "early"), TestError);
  test.advance(1h);
  // It was kept, and is handled by now.
  CHECK(test.value("c", "items") == "1");
}

TEST_CASE("test system: a recorded history with updates is replayed",
          "[test-system][updates][replay]") {
  TestSystem test;
  test.register_orchestration("Cart", cart);
  test.mock_activity("Open").returns("");
  test.mock_activity("Pay").returns("paid");
  test.start("c", "Cart", 2);
  for (const char* item : {"a", "b", "c"}) {
    CHECK(test.update("c", add_item, item));
  }
  CHECK(test.wait("c").is_completed());
  const auto report = testkit::replay_json(
      [](Runtime& runtime) { runtime.register_orchestration("Cart", cart); }, test.exported("c"));
  CAPTURE(report);
  CHECK(report.is_same());
}

}  // namespace duroxide::test_system_updates_test
