// Timers, events, queues; races and fan-outs.
#include <numeric>

#include "guide.hpp"

namespace guide {

namespace {

// [timer]
Task<std::string> remind(OrchestrationContext ctx, std::string what) {
  ctx.set_custom_status("asleep");
  co_await ctx.schedule_timer(30 * 24h);
  co_return "remember: " + what;
}
// [/timer]

// [event]
struct Approval {
  bool granted = false;
  std::string by;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(granted), CEREAL_NVP(by));
  }
};

inline constexpr ExternalEvent<Approval> approval{"Approval"};

Task<std::string> expense(OrchestrationContext ctx) {
  const Approval answer = co_await ctx.wait_for_external_event(approval);
  co_return (answer.granted ? "granted by " : "denied by ") + answer.by;
}
// [/event]

// [queue]
inline constexpr EventQueue<std::string> lines{"Lines"};

Task<std::string> read_lines(OrchestrationContext ctx) {
  std::string text;
  std::string line;
  while (line != "end") {
    text += line;
    line = co_await ctx.dequeue_event(lines);
  }
  co_return text;
}
// [/queue]

// [race]
Task<std::string> download(OrchestrationContext ctx) {
  auto file = ctx.schedule_activity("Download");
  auto deadline = ctx.schedule_timer(10min);
  const auto first = co_await when_any(std::move(file), std::move(deadline));
  if (first.index() == 1) {
    co_return "too slow";
  }
  co_return std::get<0>(first);
}
// [/race]

// [race-again]
Task<std::string> wait_with_reminders(OrchestrationContext ctx) {
  auto answer = ctx.wait_for_external_event("Answer");
  for (int reminder = 1; reminder <= 2; ++reminder) {
    const auto first = co_await when_any(answer, ctx.schedule_timer(5ms));  // `answer` is lent
    if (first.index() == 0) {
      co_return std::get<0>(first);
    }
    co_await ctx.schedule_activity("Remind");
  }
  co_return "no answer";
}
// [/race-again]

// [fan-out]
Task<int> count_all(OrchestrationContext ctx, std::vector<std::string> texts) {
  std::vector<DurableFuture<int>> counting;
  for (const std::string& text : texts) {
    counting.push_back(ctx.schedule_activity<int>("Count", text));
  }
  const std::vector<int> counts = co_await when_all(std::move(counting));
  co_return std::accumulate(counts.begin(), counts.end(), 0);
}
// [/fan-out]

// [fan-out-results]
Task<std::string> try_both(OrchestrationContext ctx) {
  auto good = ctx.schedule_activity<int>("Count", "tea").as_result();
  auto bad = ctx.schedule_activity<int>("Count", "").as_result();
  const auto [one, other] = co_await when_all(std::move(good), std::move(bad));
  co_return std::to_string(one.value()) + " and " + other.error().message;
}
// [/fan-out-results]

// [helper]
Task<int> count_twice(OrchestrationContext ctx, std::string text) {
  const int once = co_await ctx.schedule_activity<int>("Count", text);
  const int twice = co_await ctx.schedule_activity<int>("Count", text + text);
  co_return once + twice;
}

Task<int> side_by_side(OrchestrationContext ctx) {
  auto tea = count_twice(ctx, "tea");
  auto coffee = count_twice(ctx, "coffee");
  const auto [a, b] = co_await when_all(std::move(tea), std::move(coffee));
  co_return a + b;
}
// [/helper]

void run_timer() {
  // [manual-clock]
  const auto clock = std::make_shared<ManualClock>();
  const Store store = MemoryProvider::create(MemoryOptions().clock(clock));
  // [/manual-clock]
  Runtime runtime{store};
  runtime.register_orchestration("Remind", remind);
  expect(runtime.start());
  Client client{store};
  expect(client.start_orchestration("rent", "Remind", "the rent"));
  expect(client.wait_for_status_change("rent", 0, ample));
  clock->advance(30 * 24h);
  check("timer", expect(client.wait_for_output<std::string>("rent", ample)), "remember: the rent");
}

}  // namespace

void waiting() {
  run_timer();
  World world([](Runtime& runtime) {
    runtime.register_orchestration("Expense", expense)
        .register_orchestration("ReadLines", read_lines)
        .register_orchestration("Download", download)
        .register_orchestration("Wait", wait_with_reminders)
        .register_orchestration("CountAll", count_all)
        .register_orchestration("TryBoth", try_both)
        .register_orchestration("SideBySide", side_by_side)
        .register_activity("Download", [] { return "a file"; })
        .register_activity("Remind", [] {})
        .register_activity("Count", [](const std::string& text) -> Result<int, std::string> {
          if (text.empty()) {
            return failure(std::string("nothing to count"));
          }
          return static_cast<int>(text.size());
        });
  });
  Client& client = world.client;

  world.start("Expense");
  // [raise]
  expect(client.raise_event("Expense", approval, Approval{true, "Ada"}));
  // [/raise]
  check("event", world.end_of("Expense"), "Completed: granted by Ada");

  expect(client.start_orchestration("expense-2", "Expense"));
  // [raise-once]
  const auto once = RaiseOptions().key("form-17");
  expect(client.raise_event("expense-2", approval, Approval{true, "Ada"}, once));
  expect(client.raise_event("expense-2", approval, Approval{true, "Ada"}, once));
  // [/raise-once]
  check("raise-once", world.end_of("expense-2"), "Completed: granted by Ada");

  world.start("ReadLines");
  // [enqueue]
  for (const char* line : {"one ", "two ", "three", "end"}) {
    expect(client.enqueue_event("ReadLines", lines, std::string(line)));
  }
  // [/enqueue]
  check("queue", world.end_of("ReadLines"), "Completed: one two three");

  expect(client.start_orchestration("lines-2", "ReadLines"));
  // [enqueue-once]
  const auto first = RaiseOptions().key("line-1");
  expect(client.enqueue_event("lines-2", lines, "once ", first));
  expect(client.enqueue_event("lines-2", lines, "once ", first));
  // [/enqueue-once]
  expect(client.enqueue_event("lines-2", lines, "end"));
  check("enqueue-once", world.end_of("lines-2"), "Completed: once ");

  check("race", world.run("Download"), "Completed: a file");
  check("race-again", world.run("Wait"), "Completed: no answer");
  const std::vector<std::string> texts = {"so", "much", "depends"};
  check("fan-out", world.run("CountAll", texts), "Completed: 13");
  check("fan-out-results", world.run("TryBoth"), "Completed: 3 and nothing to count");
  check("helper", world.run("SideBySide"), "Completed: 27");
}

}  // namespace guide
