#include "load/orchestrations.hpp"

#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace duroxide::load {

namespace {

using namespace std::chrono_literals;

Task<int> chain(OrchestrationContext context, Ledger* ledger, int steps) {
  const Frame frame(*ledger);
  int sum = 0;
  for (int i = 0; i < steps; ++i) {
    sum = co_await context.schedule_activity<int>("Add", sum);
  }
  co_return sum;
}

Task<int> fan_out(OrchestrationContext context, Ledger* ledger, int width) {
  const Frame frame(*ledger);
  std::vector<DurableFuture<int>> calls;
  for (int i = 0; i < width; ++i) {
    const auto options = ActivityOptions().session("session-" + std::to_string(i % 2));
    calls.push_back(context.schedule_activity<int>("Add", i, options));
  }
  auto all = when_all(std::move(calls));
  int sum = 0;
  for (const int each : co_await std::move(all)) {
    sum += each;
  }
  co_return sum;
}

/// Children of its own, and one that nobody waits for but its story.
Task<int> family(OrchestrationContext context, Ledger* ledger, int children) {
  const Frame frame(*ledger);
  const int steps = 1;
  context.schedule_orchestration("Chain", context.instance_id() + "-detached", steps);
  std::vector<DurableFuture<int>> calls;
  for (int i = 0; i < children; ++i) {
    calls.push_back(context.schedule_sub_orchestration<int>("Chain", i));
  }
  auto all = when_all(std::move(calls));
  int sum = 0;
  for (const int each : co_await std::move(all)) {
    sum += each;
  }
  co_return sum;
}

Task<int> sleeper(OrchestrationContext context, Ledger* ledger, int naps) {
  const Frame frame(*ledger);
  for (int i = 0; i < naps; ++i) {
    co_await context.schedule_timer(Milliseconds(1 + 3 * i));
  }
  co_return naps;
}

Task<int> listener(OrchestrationContext context, Ledger* ledger, int signals) {
  const Frame frame(*ledger);
  int sum = 0;
  for (int i = 0; i < signals; ++i) {
    sum += co_await context.wait_for_external_event<int>("Signal");
    sum += co_await context.dequeue_event<int>("Queue");
  }
  co_return sum;
}

/// Counts down, one execution a number; what it wrote in the first is there in the last.
Task<int> eternal(OrchestrationContext context, Ledger* ledger, int rounds) {
  const Frame frame(*ledger);
  const int so_far = context.get_value<int>("sum").value_or(0);
  const int sum = co_await context.schedule_activity<int>("Add", so_far);
  context.set_value("sum", sum);
  if (rounds > 1) {
    co_await context.continue_as_new(rounds - 1);
  }
  co_return sum;
}

/// Ends only when somebody ends it: it waits, an activity of it runs, a child of it waits too.
Task<int> stubborn(OrchestrationContext context, Ledger* ledger, int depth) {
  const Frame frame(*ledger);
  auto running = context.schedule_activity<int>("UntilCancelled", depth);
  if (depth > 0) {
    const int child = co_await context.schedule_sub_orchestration<int>("Stubborn", depth - 1);
    co_return child;
  }
  co_await context.wait_for_external_event("Never");
  const int never = co_await std::move(running);
  co_return never;
}

Task<int> retrying(OrchestrationContext context, Ledger* ledger) {
  const Frame frame(*ledger);
  const auto policy = RetryPolicy().max_attempts(5).backoff(Backoff::fixed(1ms));
  const auto options = ActivityOptions().retry(policy).timeout(300s);
  const std::string key = context.instance_id();
  const int result = co_await context.schedule_activity<int>("FailsOnce", key, options);
  co_return result;
}

/// Fails at first; the same code goes on when it has been rewound.
Task<int> fragile(OrchestrationContext context, Ledger* ledger) {
  const Frame frame(*ledger);
  int sum = 1;
  sum = co_await context.schedule_activity<int>("Add", sum);
  const std::string key = context.instance_id();
  sum += co_await context.schedule_activity<int>("FailsOnce", key);
  co_return sum;
}

/// A step that is undone, as the next one fails.
Task<int> doomed(OrchestrationContext context, Ledger* ledger) {
  const Frame frame(*ledger);
  const int one = 1;
  auto step = [context, one](Saga& steps) mutable -> Task<int> {
    const int sum = co_await context.schedule_activity<int>("Add", one);
    steps.compensate_with("Add", sum);
    const int never = co_await context.schedule_activity<int>("Fails", one);
    co_return never;
  };
  auto steps = run_saga(context, step);
  const int never = co_await std::move(steps);
  co_return never;
}

/// Waits for what does not come, and goes on when it has waited long enough.
Task<int> patient(OrchestrationContext context, Ledger* ledger) {
  const Frame frame(*ledger);
  auto event = context.wait_for_external_event<int>("Never");
  auto timer = context.schedule_timer(5ms);
  auto first = when_any(std::move(event), std::move(timer));
  const auto winner = co_await std::move(first);
  const int index = static_cast<int>(winner.index());
  co_return index;
}

Task<int> talkative(OrchestrationContext context, Ledger* ledger, int words) {
  const Frame frame(*ledger);
  for (int i = 1; i <= words; ++i) {
    context.set_custom_status(i);
    context.set_value("word-" + std::to_string(i % 3), i);
    co_await context.schedule_timer(1ms);
  }
  context.clear_value("word-0");
  co_await context.wait_for_external_event("Heard");
  co_return words;
}

Task<int> late(OrchestrationContext context, Ledger* ledger) {
  const Frame frame(*ledger);
  const std::string key = context.instance_id();
  const int result = co_await context.schedule_activity<int>("CompletedLater", key);
  co_return result;
}

/// Registers `code`, which takes the ledger in front of its input.
template <class In>
void add(Runtime& runtime, Ledger& ledger, const char* name,
         Task<int> (*code)(OrchestrationContext, Ledger*, In)) {
  runtime.register_orchestration(name, [&ledger, code](OrchestrationContext context, In input) {
    return code(context, &ledger, std::move(input));
  });
}
void add(Runtime& runtime, Ledger& ledger, const char* name,
         Task<int> (*code)(OrchestrationContext, Ledger*)) {
  runtime.register_orchestration(
      name, [&ledger, code](OrchestrationContext context) { return code(context, &ledger); });
}

int wait_until_cancelled(ActivityContext& context, int depth) {
  std::mutex mutex;
  std::condition_variable_any cancelled;
  std::unique_lock lock(mutex);
  cancelled.wait(lock, context.stop_token(), [] { return false; });
  return depth;
}

}  // namespace

void register_all(Runtime& runtime, Ledger& ledger) {
  add(runtime, ledger, "Chain", chain);
  add(runtime, ledger, "FanOut", fan_out);
  add(runtime, ledger, "Family", family);
  add(runtime, ledger, "Sleeper", sleeper);
  add(runtime, ledger, "Listener", listener);
  add(runtime, ledger, "Eternal", eternal);
  add(runtime, ledger, "Stubborn", stubborn);
  add(runtime, ledger, "Retrying", retrying);
  add(runtime, ledger, "Fragile", fragile);
  add(runtime, ledger, "Doomed", doomed);
  add(runtime, ledger, "Patient", patient);
  add(runtime, ledger, "Talkative", talkative);
  add(runtime, ledger, "Late", late);

  runtime.register_activity("Add", [](int number) { return number + 1; });
  runtime.register_activity("Fails", [](int) -> int { throw std::runtime_error("it fails"); });
  runtime.register_activity("FailsOnce", [&ledger](const std::string& key) {
    if (ledger.is_first(key)) {
      throw std::runtime_error("it fails once");
    }
    return 1;
  });
  runtime.register_activity("UntilCancelled", wait_until_cancelled);
  runtime.register_activity("CompletedLater",
                            [&ledger](ActivityContext& context, const std::string& key) {
                              ledger.offer(key, context.complete_later());
                              return 0;
                            });
}

}  // namespace duroxide::load
