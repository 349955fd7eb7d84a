// Every form in which an input, an option or a function may stand in a co_await expression. Compiled
// and run under each compiler: safe_temporaries_test.sh. A form that a compiler gets wrong ends the
// program, or gives another text.
#include <iostream>

#include <duroxide/client.hpp>
#include <duroxide/memory_provider.hpp>
#include <duroxide/runtime.hpp>

#include "payloads.hpp"

using namespace duroxide;

namespace {

inline constexpr Activity<int(std::vector<int>)> sum{"Sum"};
inline constexpr Activity<std::string()> nothing{"Nothing"};

std::string text_of(const Order& order) {
  std::string text = order.id + "/" + std::to_string(order.cents) + "/" + order.address.street;
  for (const std::string& item : order.items) {
    text += "+" + item;
  }
  return text;
}

const std::string short_order = long_text + "/500/";
const std::string whole_order = short_order + long_text + "+" + long_text + "+tea";

void expect(const std::string& found, const std::string& expected, int line) {
  if (found != expected) {
    throw std::runtime_error("line " + std::to_string(line) + ": " + found);
  }
}

Task<int> untyped(OrchestrationContext ctx) {
  std::string got;
  const std::string id = long_text;
  Order named{long_text, 500, {}, {}};
  const Order& same = named;
  got = co_await ctx.schedule_activity("Charge", input<Order>(long_text, 500));
  expect(got, short_order, __LINE__);
  got = co_await ctx.schedule_activity(
      "Charge",
      input<Order>(id, 500, input<std::vector<std::string>>(id, "tea"), input<Address>(long_text)));
  expect(got, whole_order, __LINE__);
  got = co_await ctx.schedule_activity<std::string, Order>("Charge", input<Order>(id, 500));
  expect(got, short_order, __LINE__);
  got = co_await ctx.schedule_activity("Charge", named);
  expect(got, short_order, __LINE__);
  got = co_await ctx.schedule_activity<std::string>("Charge", same);
  expect(got, short_order, __LINE__);
  got = co_await ctx.schedule_activity<std::string, Order>("Charge", named);
  expect(got, short_order, __LINE__);
  got = co_await ctx.schedule_activity<std::string, Order>("Charge");
  expect(got, "/0/", __LINE__);
  got = co_await ctx.schedule_activity("Echo", long_text + id);
  expect(got, long_text + long_text, __LINE__);
  const int total = co_await ctx.schedule_activity<int>("Sum", input<std::vector<int>>(1, 2, 3)) +
                    co_await ctx.schedule_activity<int>("Sum", input<std::vector<int>>(4));
  expect(std::to_string(total), "10", __LINE__);
  got = co_await ctx.schedule_activity(
      "Charge", named,
      ActivityOptions().timeout(std::chrono::hours(1)).retry(RetryPolicy().max_attempts(2)));
  expect(got, short_order, __LINE__);
  co_return 1;
}

Task<int> typed(OrchestrationContext ctx) {
  std::string got;
  const std::string id = long_text;
  Order named{long_text, 500, {}, {}};
  got = co_await ctx.schedule_activity(charge<0>, input<Order>(long_text, 500));
  expect(got, short_order, __LINE__);
  got = co_await ctx.schedule_activity(charge<0>, named);
  expect(got, short_order, __LINE__);
  got =
      co_await ctx.schedule_activity(charge<0>, {long_text + "", 500, named.items, named.address});
  expect(got, short_order, __LINE__);
  got = co_await ctx.schedule_activity(charge<0>, {id, 500U, named.items, named.address},
                                       ActivityOptions().retry(RetryPolicy()));
  expect(got, short_order, __LINE__);
  const int total = co_await ctx.schedule_activity(sum, input<std::vector<int>>(1, 2)) +
                    co_await ctx.schedule_activity(sum, input<std::vector<int>>(4));
  expect(std::to_string(total), "7", __LINE__);
  got = co_await ctx.schedule_activity(nothing);
  expect(got, long_text, __LINE__);
  got = co_await ctx.schedule_sub_orchestration(child<0>, input<Order>(id, 500));
  expect(got, short_order, __LINE__);
  got = co_await ctx.schedule_sub_orchestration("Child", input<Order>(id, 500),
                                                SubOrchestrationOptions().version("1.0.0"));
  expect(got, short_order, __LINE__);
  co_return 2;
}

Task<int> callables(OrchestrationContext ctx) {
  std::string got;
  const std::string id = long_text;
  const auto behind = [id](std::string text) { return text + id; };
  const auto worth_it = [id](const ErrorDetails& error) { return error.message != id; };
  const auto body = [id](Saga& saga) -> Task<std::string> {
    std::string given = id;
    saga.compensate_with("Charge", input<Order>(id, 500));
    saga.compensate_with(charge<0>, input<Order>(id, 500));
    co_return given;
  };
  got = co_await ctx.schedule_activity("Echo", id).map(behind);
  expect(got, long_text + long_text, __LINE__);
  got = co_await ctx.schedule_activity("Echo", id).map([](std::string text) { return text + "."; });
  expect(got, long_text + ".", __LINE__);
  got = co_await ctx.schedule_activity("Echo", id,
                                       ActivityOptions().retry(RetryPolicy().retry_if(worth_it)));
  expect(got, long_text, __LINE__);
  got = co_await run_saga(ctx, body);
  expect(got, long_text, __LINE__);
  ctx.set_custom_status(input<Order>(id, 500));
  ctx.set_value("order", input<Order>(id, 500));
  ctx.schedule_orchestration("Child", "detached-1", input<Order>(id, 500));
  ctx.schedule_orchestration(child<0>, "detached-2", input<Order>(id, 500));
  co_return 3;
}

Task<std::string> again(OrchestrationContext ctx, Order order) {
  std::string got = text_of(order);
  if (ctx.execution_id() == 1) {
    co_await ctx.continue_as_new(input<Order>(long_text, 500));
  }
  co_return got;
}

Task<std::string> whole(OrchestrationContext ctx, Order order) {
  std::string got = text_of(order);
  expect(got, short_order, __LINE__);
  int done = co_await untyped(ctx);
  done += co_await typed(ctx);
  done += co_await callables(ctx);
  const std::string next =
      co_await ctx.schedule_sub_orchestration("Again", input<Order>("first", 1));
  expect(next, short_order, __LINE__);
  co_return "forms: " + std::to_string(done);
}

Task<std::string> one_child(OrchestrationContext ctx, Order order) {
  std::string got = co_await ctx.schedule_activity("Charge", order);
  co_return got;
}

}  // namespace

int main() {
  const Store store = MemoryProvider::create();
  Runtime runtime{store};
  runtime.register_orchestration("Whole", whole)
      .register_orchestration("Again", again)
      .register_orchestration("Child", one_child)
      .register_activity("Charge", text_of)
      .register_activity("Echo", [](std::string text) { return text; })
      .register_activity("Nothing", [] { return long_text; })
      .register_activity("Sum", [](const std::vector<int>& all) {
        int total = 0;
        for (const int each : all) {
          total += each;
        }
        return total;
      });
  runtime.start().value();
  Client client{store};
  client.start_orchestration("1", "Whole", input<Order>(long_text, 500)).value();
  const auto status = client.wait_for_completion("1", std::chrono::minutes(2)).value();
  std::cout << status.to_string() << '\n';
  return status.output() == "forms: 6" ? 0 : 1;
}
