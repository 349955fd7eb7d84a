// Timers and events: an expense waits for an approval, is reminded of with durable timers, and is
// turned down if nobody answers in time.
#include <chrono>
#include <iostream>
#include <string>

#include <duroxide/duroxide.hpp>

using namespace duroxide;
using namespace std::chrono_literals;

// A helper that an orchestration awaits is a Task, too.
Task<std::string> wait_for_answer(OrchestrationContext ctx, std::string expense) {
  auto answer = ctx.wait_for_external_event("Approval");
  for (int reminder = 1; reminder <= 3; ++reminder) {
    // `answer` is only lent to when_any, so that it can be awaited again.
    auto first = co_await when_any(answer, ctx.schedule_timer(100ms));
    if (first.index() == 0) {
      co_return std::get<0>(first);
    }
    co_await ctx.schedule_activity("Remind", expense);
  }
  co_return "nobody answered";
}

Task<std::string> approve(OrchestrationContext ctx, std::string expense) {
  std::string answer = co_await wait_for_answer(ctx, expense);
  co_return expense + ": " + answer;
}

int main() {
  Store store = MemoryProvider::create();
  Runtime runtime{store};
  runtime.register_orchestration("Approve", approve)
      .register_activity("Remind", [](const std::string& expense) {
        std::cout << "reminder: " << expense << " waits for an answer\n";
      });
  if (auto started = runtime.start(); !started) {
    std::cerr << "timers_and_events: " << started.error().to_string() << '\n';
    return 1;
  }

  Client client{store};
  Client::Done sent = client.start_orchestration("lunch", "Approve", "lunch");
  if (sent) {
    sent = client.start_orchestration("yacht", "Approve", "yacht");
  }
  if (sent) {
    sent = client.raise_event("lunch", "Approval", "approved");
  }
  if (!sent) {
    std::cerr << "timers_and_events: " << sent.error().to_string() << '\n';
    return 1;
  }
  for (const char* expense : {"lunch", "yacht"}) {
    auto answer = client.wait_for_output<std::string>(expense, 30s);
    std::cout << (answer ? *answer : answer.error().to_string()) << '\n';
  }
  return 0;
}
