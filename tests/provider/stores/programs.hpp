#pragma once

// The orchestrations of the stores in this folder. `writer.cpp` ran them with releases that wrote
// earlier formats, and the tests go on with them today: so they use only what all these releases have,
// and none may ever be changed.

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <duroxide/duroxide.hpp>

namespace duroxide::earlier_stores {

inline constexpr std::chrono::hours a_year{24 * 365};

inline Task<std::string> greet(OrchestrationContext context, std::string name) {
  context.set_custom_status(std::string("greeting"));
  context.set_value("name", name);
  const auto greeting = co_await context.schedule_activity("Greet", name);
  co_return greeting;
}

/// `Refuse` refuses while the store is written, so this fails, and may be rewound.
inline Task<std::string> ask(OrchestrationContext context, std::string question) {
  const auto answer = co_await context.schedule_activity("Refuse", question);
  co_return answer;
}

inline Task<std::string> collect(OrchestrationContext context) {
  std::string all = co_await context.wait_for_external_event("first");
  all += co_await context.wait_for_external_event("second");
  co_return all;
}

inline Task<std::string> take_three(OrchestrationContext context) {
  std::string all;
  for (int taken = 0; taken < 3; ++taken) {
    all += co_await context.dequeue_event("items");
  }
  co_return all;
}

inline Task<std::string> sleep(OrchestrationContext context) {
  const std::string woken = "woken";
  co_await context.schedule_timer(a_year);
  co_return woken;
}

inline Task<std::string> race(OrchestrationContext context) {
  auto event = context.wait_for_external_event("first");
  auto first = co_await when_any(event, context.schedule_timer(a_year));
  co_return first.index() == 0 ? std::get<0>(first) : std::string("too late");
}

inline Task<std::string> have_child(OrchestrationContext context, std::string child) {
  SubOrchestrationOptions options;
  options.instance_id(std::move(child));
  const auto collected =
      co_await context.schedule_sub_orchestration("Collect", std::string(), options);
  co_return "the child says " + collected;
}

/// Three executions. What was raised before the last of them is handed on until it waits.
inline Task<std::string> go_round(OrchestrationContext context, int round) {
  context.set_value("round", round);
  if (round < 3) {
    co_await context.continue_as_new(round + 1);
  }
  std::string all = co_await context.wait_for_external_event("second");
  all += co_await context.wait_for_external_event("first");
  co_return all;
}

/// What it records must be the same when it is replayed: the guid is a value that anybody can see.
inline Task<std::string> record(OrchestrationContext context) {
  const std::string guid = context.new_guid();
  const Timestamp began = context.utc_now();
  const bool patched = context.patched("a patch");
  context.set_value("guid", guid);
  const auto said = co_await context.wait_for_external_event("first");
  co_return guid + " " + std::to_string(to_milliseconds(began)) + (patched ? " patched " : " ") +
      said;
}

/// Two activities have their results, and one waits for a worker that takes its tag.
inline Task<std::string> fan_out(OrchestrationContext context) {
  std::vector<DurableFuture<std::string>> calls;
  calls.push_back(context.schedule_activity("Greet", std::string("a")));
  calls.push_back(context.schedule_activity("Greet", std::string("b")));
  ActivityOptions elsewhere;
  elsewhere.tag("elsewhere");
  calls.push_back(context.schedule_activity("Greet", std::string("c"), elsewhere));
  const auto greetings = co_await when_all(std::move(calls));
  std::string all;
  for (const std::string& greeting : greetings) {
    all += greeting + ";";
  }
  co_return all;
}

/// The activity says its token in a heartbeat, and is completed from outside.
inline Task<std::string> hand_over(OrchestrationContext context) {
  const auto result = co_await context.schedule_activity("Later");
  co_return result;
}

/// The first attempt has failed, the second is a year away.
inline Task<std::string> insist(OrchestrationContext context) {
  RetryPolicy policy;
  policy.max_attempts(2).backoff(Backoff::fixed(a_year)).max_backoff(a_year);
  ActivityOptions twice;
  twice.retry(policy);
  const auto answer = co_await context.schedule_activity("Refuse", std::string("again"), twice);
  co_return answer;
}

/// `may_be_asked` says what `Refuse` does.
inline void register_programs(Runtime& runtime, bool may_be_asked) {
  runtime.register_orchestration("Greet", greet)
      .register_orchestration("Ask", ask)
      .register_orchestration("Collect", collect)
      .register_orchestration("TakeThree", take_three)
      .register_orchestration("Sleep", sleep)
      .register_orchestration("Race", race)
      .register_orchestration("HaveChild", have_child)
      .register_orchestration("GoRound", go_round)
      .register_orchestration("Record", record)
      .register_orchestration("FanOut", fan_out)
      .register_orchestration("HandOver", hand_over)
      .register_orchestration("Insist", insist);
  runtime.register_activity("Greet", [](const std::string& name) { return "hello " + name; })
      .register_activity("Refuse",
                         [may_be_asked](const std::string& question) {
                           if (!may_be_asked) {
                             throw std::runtime_error("not now");
                           }
                           return "yes, " + question;
                         })
      .register_activity("Later", [](ActivityContext& context) {
        context.heartbeat(context.complete_later().to_string());
        return std::string();
      });
}

}  // namespace duroxide::earlier_stores
