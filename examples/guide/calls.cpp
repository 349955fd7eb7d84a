// Calls of activities and their options.
#include <atomic>
#include <sstream>
#include <thread>

#include "guide.hpp"

namespace guide {

namespace {

// [activity]
Result<std::string, std::string> charge(ActivityContext& context, const std::string& card) {
  if (card == "stolen") {
    return failure(std::string("declined"));
  }
  return card + " charged for " + context.instance_id();
}

Task<std::string> pay(OrchestrationContext ctx, std::string card) {
  std::string receipt = co_await ctx.schedule_activity("Charge", card);
  co_return receipt;
}
// [/activity]

// [retry]
bool is_worth_a_retry(const ErrorDetails& error) {
  return error.message != "no such page";
}

Task<std::string> fetch(OrchestrationContext ctx, std::string page) {
  const auto policy = RetryPolicy()
                          .max_attempts(4)
                          .backoff(Backoff::exponential(10ms, 2.0))  // 10 ms, 20 ms, 40 ms
                          .max_backoff(1s)
                          .jitter(0.2)  // each wait is shortened by up to a fifth
                          .retry_if(is_worth_a_retry);
  const auto options = ActivityOptions().retry(policy);
  std::string text = co_await ctx.schedule_activity("Fetch", page, options);
  co_return text;
}
// [/retry]

// [timeout]
Task<std::string> ask(OrchestrationContext ctx, std::string question) {
  const auto policy = RetryPolicy().max_attempts(3).attempt_timeout(2s);
  const auto options = ActivityOptions().timeout(50ms).retry(policy);
  const auto answer = co_await ctx.schedule_activity("Ask", question, options).as_result();
  if (answer) {
    co_return *answer;
  }
  if (answer.error().kind == ErrorKind::timed_out) {
    co_return "no answer in time";
  }
  co_return answer.error().message;
}
// [/timeout]

// [heartbeat-timeout]
Task<std::string> convert(OrchestrationContext ctx, std::string film) {
  const auto options =
      ActivityOptions().heartbeat_timeout(50ms).retry(RetryPolicy().max_attempts(2));
  std::string converted = co_await ctx.schedule_activity("Convert", film, options);
  co_return converted;
}
// [/heartbeat-timeout]

// [tag]
Task<std::string> draw(OrchestrationContext ctx) {
  const auto on_gpu = ActivityOptions().tag("gpu");
  std::string picture = co_await ctx.schedule_activity("Draw", "a cat", on_gpu);
  co_return picture;
}
// [/tag]

Task<std::string> collect(OrchestrationContext, std::string price) {
  co_return price + " collected";
}

Task<std::string> sell(OrchestrationContext ctx, std::string goods) {
  const std::string paid = co_await ctx.schedule_sub_orchestration("Collect", "5");
  const std::string wrapped = co_await ctx.schedule_activity("Wrap", goods);
  co_return wrapped + ", " + paid;
}

std::string wrap(const std::string& goods) {
  return "wrapped " + goods;
}

// [session]
Task<std::string> use_model(OrchestrationContext ctx) {
  const auto same_worker = ActivityOptions().session("model-of-" + ctx.instance_id());
  const std::string loaded = co_await ctx.schedule_activity("Thread", "load", same_worker);
  const std::string used = co_await ctx.schedule_activity("Thread", "use", same_worker);
  std::string verdict = loaded == used ? "same thread" : "other thread";
  co_return verdict;
}
// [/session]

void run_calls() {
  int fetches = 0;
  std::atomic<int> conversions{0};
  World world([&](Runtime& runtime) {
    // [register]
    runtime.register_orchestration("Pay", pay).register_activity("Charge", charge);
    // [/register]
    runtime.register_orchestration("Fetch", fetch)
        .register_orchestration("Ask", ask)
        .register_orchestration("UseModel", use_model)
        .register_activity("Fetch",
                           [&](const std::string& page) -> Result<std::string, std::string> {
                             if (page == "missing") {
                               return failure(std::string("no such page"));
                             }
                             if (++fetches < 3) {
                               return failure(std::string("busy"));
                             }
                             return page + " after " + std::to_string(fetches) + " attempts";
                           })
        .register_activity("Ask",
                           [](ActivityContext& context) {
                             while (!context.is_cancelled()) {
                               std::this_thread::sleep_for(1ms);
                             }
                           })
        .register_orchestration("Film", convert)
        .register_activity("Convert",
                           [&](ActivityContext& context, const std::string& film) {
                             const bool hangs = ++conversions == 1;
                             while (hangs && !context.is_cancelled()) {
                               std::this_thread::sleep_for(1ms);
                             }
                             return film + ", converted by attempt " + std::to_string(conversions);
                           })
        .register_activity("Thread", [] {
          std::ostringstream id;
          id << std::this_thread::get_id();
          return id.str();
        });
  });
  check("activity", world.run("Pay", "visa"), "Completed: visa charged for Pay");
  check("retry", world.run("Fetch", "news"), "Completed: news after 3 attempts");
  expect(world.client.start_orchestration("missing", "Fetch", "missing"));
  check("retry", world.end_of("missing"), "Failed: no such page");
  check("timeout", world.run("Ask"), "Completed: no answer in time");
  check("heartbeat-timeout", world.run("Film", "Metropolis"),
        "Completed: Metropolis, converted by attempt 2");
  check("session", world.run("UseModel"), "Completed: same thread");
}

void run_tags() {
  const Store store = MemoryProvider::create();
  // [worker-tags]
  Runtime gpu{store, RuntimeOptions().worker_tags(TagFilter::only({"gpu"})).worker_concurrency(1)};
  Runtime general{store};
  // [/worker-tags]
  for (auto* runtime : {&gpu, &general}) {
    const std::string where = runtime == &gpu ? "by the GPU" : "by hand";
    runtime->register_orchestration("Draw", draw)
        .register_activity("Draw", [where](const std::string& what) { return what + " " + where; });
    expect(runtime->start());
  }
  Client client{store};
  expect(client.start_orchestration("cat", "Draw"));
  check("tag", expect(client.wait_for_output<std::string>("cat", ample)), "a cat by the GPU");
}

void run_fleet() {
  const Store store = MemoryProvider::create();
  // [fleet]
  Runtime shop{store};
  shop.register_orchestration("Sell", sell).register_activity("Wrap", wrap);
  Runtime bank{store};
  bank.register_orchestration("Collect", collect);  // a child of `Sell`
  // [/fleet]
  expect(shop.start());
  expect(bank.start());
  Client client{store};
  expect(client.start_orchestration("sale", "Sell", "a book"));
  check("fleet", expect(client.wait_for_output<std::string>("sale", ample)),
        "wrapped a book, 5 collected");
}

}  // namespace

void calls() {
  run_calls();
  run_tags();
  run_fleet();
}

}  // namespace guide
