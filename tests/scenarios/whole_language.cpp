#include "whole_language.hpp"

#include <mutex>
#include <set>
#include <stdexcept>

#include <catch2/catch.hpp>

namespace duroxide::scenario {

using namespace std::chrono_literals;

/// Fails until it has been called by this many different schedules.
struct Flaky {
  std::mutex mutex;
  std::map<std::string, std::set<std::uint64_t>> seen;

  std::string call(const ActivityContext& context, int failures) {
    const std::lock_guard lock(mutex);
    auto& schedules = seen[context.instance_id()];
    schedules.insert(context.event_id());
    if (static_cast<int>(schedules.size()) <= failures) {
      throw std::runtime_error("not yet");
    }
    return "after " + std::to_string(schedules.size());
  }
};

namespace {

constexpr Activity<std::string(std::string)> echo{"Echo"};
constexpr ExternalEvent<int> number_event{"Number"};
constexpr EventQueue<std::string> letters{"Letters"};

Task<std::string> retries(OrchestrationContext ctx) {
  ActivityOptions options;
  options.retry(RetryPolicy().max_attempts(4).backoff(Backoff::fixed(1ms)).attempt_timeout(1h));
  options.timeout(2h);
  std::string text = co_await ctx.schedule_activity("Flaky", 2, options);
  ActivityOptions hopeless;
  hopeless.retry(RetryPolicy().max_attempts(2).backoff(Backoff::none()));
  const auto failed = co_await ctx.schedule_activity("Fail", text, hopeless).as_result();
  co_return text + ", " + failed.error().message;
}

Task<std::string> cleans_up(OrchestrationContext ctx) {
  bool cancelled = false;
  try {
    co_await ctx.schedule_activity("CancelMe");
    co_await ctx.schedule_timer(1h);
  } catch (const OrchestrationCancelled&) {
    cancelled = true;
  }
  if (cancelled) {
    const auto shield = ctx.shield();
    co_await ctx.schedule_activity(echo, "clean");
    ctx.set_custom_status("clean");
  }
  co_return "unseen";
}

Task<std::string> undoes(OrchestrationContext ctx) {
  const auto steps = [ctx](Saga& saga) mutable -> Task<std::string> {
    std::string one = co_await ctx.schedule_activity(echo, "one");
    saga.compensate_with(echo, "undo one");
    std::string two = co_await ctx.schedule_activity(echo, "two");
    saga.compensate_with(echo, "undo two");
    co_await ctx.schedule_activity("Fail");
    co_return one + two;
  };
  auto saga = run_saga(ctx, steps);
  std::string text = co_await std::move(saga);
  co_return text;
}

Task<std::string> state_and_messages(OrchestrationContext ctx, int round) {
  int count = ctx.get_value<int>("count").value_or(0);
  co_await ctx.schedule_activity("SendMe", round);  // an event, and two letters
  const int number = co_await ctx.wait_for_external_event(number_event);
  std::string letter = co_await ctx.dequeue_event(letters);
  const auto race = co_await when_any(ctx.dequeue_event("Nothing"), ctx.schedule_timer(1ms));
  ctx.set_value("count", ++count);
  ctx.set_value("letter " + letter, number);
  ctx.set_custom_status("round " + std::to_string(round) + "." + std::to_string(race.index()));
  if (round < 3) {
    co_await ctx.continue_as_new(round + 1);
  }
  std::string rest;
  for (int i = 0; i < 3; ++i) {
    rest += co_await ctx.dequeue_event(letters);
  }
  const auto own = ctx.read_value<int>(ctx.instance_id(), "count");
  ctx.clear_value("count");
  co_return rest + std::to_string(ctx.values().size());
}

Task<std::string> flaky_child(OrchestrationContext ctx, int failures) {
  std::string text = co_await ctx.schedule_activity("FlakyParent", failures);
  co_return text;
}

Task<std::string> family(OrchestrationContext ctx) {
  SubOrchestrationOptions options;
  options.retry(RetryPolicy().backoff(Backoff::none()));
  std::string text = co_await ctx.schedule_sub_orchestration("FlakyChild", 1, options);
  ctx.schedule_orchestration("Detached", ctx.instance_id() + "-detached", text);
  const auto guid = ctx.new_guid();
  const unsigned nine = ctx.side_effect("nine", [] { return 9U; });
  const auto ended = guid.size() + nine - 9;
  text += ctx.patched("longer") ? "+" : "-";
  co_return text + std::to_string(ended);
}

Task<std::string> detached(OrchestrationContext, std::string input) {
  std::string text = input + "!";
  co_return text;
}

/// Adds what an activity asks it to, once whatever comes twice.
Task<std::string> asked(OrchestrationContext ctx) {
  int sum = 0;
  const auto add = [&, ctx](int number) mutable {
    sum += number;
    ctx.set_value("sum", sum);
    return sum;
  };
  const auto check = [](int number) -> Result<void, std::string> {
    return number < 10 ? Result<void, std::string>() : failure("too much");
  };
  std::string text = co_await ctx.schedule_activity("AskMe");  // before there is a handler
  ctx.on_update<int, int>("Add", add, check);
  const auto three = [&] { return sum == 3; };
  co_await ctx.wait_until(three);
  text = co_await ctx.schedule_activity("AskMe");  // the same ids again
  const auto more = [&] { return sum > 3; };
  const auto first = co_await when_any(ctx.wait_until(more), ctx.schedule_timer(1ms));
  co_return text + std::to_string(sum) + "." + std::to_string(first.index());
}

Task<std::string> labelled(OrchestrationContext ctx) {
  std::string text;
  for (int i = 0; i < 3; ++i) {
    const auto options = ActivityOptions().tag("gpu").session("s");
    text += co_await ctx.schedule_activity("Labels", i, options);
  }
  text += co_await ctx.schedule_activity("Labels", 3);
  co_return text;
}

}  // namespace

std::shared_ptr<Flaky> make_flaky() {
  return std::make_shared<Flaky>();
}

void register_whole_language(Runtime& runtime, const std::shared_ptr<Flaky>& flaky) {
  runtime.register_orchestration("Retries", retries)
      .register_orchestration("CleansUp", cleans_up)
      .register_orchestration("Undoes", undoes)
      .register_orchestration("State", state_and_messages)
      .register_orchestration("FlakyChild", flaky_child)
      .register_orchestration("Family", family)
      .register_orchestration("Detached", detached)
      .register_orchestration("Labelled", labelled)
      .register_orchestration("Asked", asked)
      .register_activity(echo, [](std::string text) { return text; })
      .register_activity("Fail", [](std::string) { throw std::runtime_error("failed"); })
      .register_activity("Flaky", [flaky](ActivityContext& context,
                                          int failures) { return flaky->call(context, failures); })
      .register_activity(
          "FlakyParent",
          [flaky](ActivityContext& context, int failures) {
            // Each attempt is an instance of its own: the first fails.
            if (context.instance_id().find("::sub::1.2") != std::string::npos && failures > 0) {
              throw std::runtime_error("not yet");
            }
            return std::string("second");
          })
      .register_activity("CancelMe",
                         [](ActivityContext& context) {
                           auto client = context.client();
                           (void)client.cancel_orchestration(context.instance_id(), "enough");
                         })
      .register_activity("SendMe",
                         [](ActivityContext& context, int round) {
                           auto client = context.client();
                           const auto id = context.instance_id();
                           (void)client.raise_event(id, number_event, round);
                           (void)client.enqueue_event(id, letters, std::to_string(round) + "a");
                           (void)client.enqueue_event(id, letters, std::to_string(round) + "b");
                         })
      .register_activity("AskMe",
                         [](ActivityContext& context) {
                           auto client = context.client();
                           const auto id = context.instance_id();
                           for (const int number : {1, 2, 10}) {
                             // Nobody waits for the answer: the runtime may end with each turn.
                             const auto once =
                                 UpdateOptions().id(std::to_string(number)).timeout(0s);
                             (void)client.update<int>(id, "Add", number, once);
                           }
                           return std::string("asked ");
                         })
      .register_activity("Labels", [](ActivityContext& context, int) {
        return context.tag().value_or("-") + context.session_id().value_or("-");
      });
}

const std::map<std::string, std::string>& whole_language() {
  static const std::map<std::string, std::string> outcomes{
      {"Retries", "Completed: after 3, failed"},
      {"CleansUp", "Cancelled: enough"},
      {"Undoes", "Failed: failed"},
      {"State", "Completed: 2b3a3b3"},
      {"Family", "Completed: second+36"},
      {"Labelled", "Completed: gpusgpusgpus--"},
      {"Asked", "Completed: asked 3.1"}};
  return outcomes;
}

void start_one(Client& client, const std::string& orchestration) {
  if (orchestration == "State") {
    REQUIRE(client.start_orchestration("i", orchestration, 1));
  } else {
    REQUIRE(client.start_orchestration("i", orchestration));
  }
}

std::vector<Event> comparable(std::vector<Event> events) {
  for (Event& event : events) {
    event.timestamp = Timestamp();
    if (auto* timer = std::get_if<event::TimerCreated>(&event.kind)) {
      timer->fire_at = Timestamp();
    } else if (auto* fired = std::get_if<event::TimerFired>(&event.kind)) {
      fired->fire_at = Timestamp();
    } else if (auto* guid = std::get_if<event::GuidRecorded>(&event.kind)) {
      guid->guid.clear();
    } else if (auto* started = std::get_if<event::OrchestrationStarted>(&event.kind)) {
      for (StoredValue& value : started->carried.values) {
        value.updated_at = Timestamp();
      }
    }
  }
  return events;
}

}  // namespace duroxide::scenario
