#include "power/orchestrations.hpp"

#include <chrono>
#include <stdexcept>

#include <duroxide/duroxide.hpp>

namespace duroxide::power {

using namespace std::chrono_literals;

namespace {

Task<std::string> sum(OrchestrationContext ctx, std::string input) {
  const int last = std::stoi(input);
  int total = 0;
  for (int i = 1; i <= last; ++i) {
    const std::string step = std::to_string(i);
    const std::string counted = co_await ctx.schedule_activity("Count", step);
    total += std::stoi(counted);
    ctx.set_value("done", step);
    ctx.set_custom_status("step " + step);
  }
  co_return std::to_string(total);
}

Task<std::string> large(OrchestrationContext ctx, std::string input) {
  const std::string bytes = co_await ctx.schedule_activity("Fill", input);
  co_return bytes;
}

Task<std::string> rounds(OrchestrationContext ctx, std::string input) {
  const int left = std::stoi(input);
  const std::string counted = co_await ctx.schedule_activity("Count", input);
  ctx.set_value("left", counted);
  if (left > 0) {
    const std::string next = std::to_string(left - 1);
    co_await ctx.continue_as_new(next);
  }
  co_return "done";
}

Task<std::string> family(OrchestrationContext ctx, std::string input) {
  auto first = ctx.schedule_sub_orchestration("Sum", input);
  auto second = ctx.schedule_sub_orchestration("Sum", input);
  co_await ctx.schedule_timer(1ms);
  const std::string detached = ctx.instance_id() + "-detached";
  ctx.schedule_orchestration("Sum", detached, input);
  const std::string one = co_await std::move(first);
  const std::string two = co_await std::move(second);
  co_return one + "+" + two;
}

Task<std::string> naps(OrchestrationContext ctx, std::string input) {
  const int count = std::stoi(input);
  for (int i = 1; i <= count; ++i) {
    co_await ctx.schedule_timer(std::chrono::milliseconds(i));
    ctx.set_value("naps", std::to_string(i));
  }
  co_return "rested";
}

Task<std::string> collect(OrchestrationContext ctx) {
  std::string all;
  std::string item = co_await ctx.dequeue_event("items");
  while (item != "end") {
    all += item + ",";
    item = co_await ctx.dequeue_event("items");
  }
  co_return all;
}

Task<std::string> wait_for_signal(OrchestrationContext ctx) {
  const auto first = co_await when_any(ctx.wait_for_external_event("go"),
                                       ctx.schedule_timer(std::chrono::hours(240)));
  co_return first.index() == 0 ? "told" : "alone";
}

Task<std::string> fragile(OrchestrationContext ctx) {
  const std::string counted = co_await ctx.schedule_activity("Count", std::string("1"));
  const std::string text = co_await ctx.schedule_activity("Break", counted);
  co_return text;
}

std::string total_of(const std::string& input) {
  const int last = std::stoi(input);
  return std::to_string(last * (last + 1) / 2);
}

}  // namespace

void register_all(Runtime& runtime, const std::shared_ptr<Behaviour>& behaviour) {
  runtime.register_orchestration("Sum", sum)
      .register_orchestration("Large", large)
      .register_orchestration("Rounds", rounds)
      .register_orchestration("Family", family)
      .register_orchestration("Naps", naps)
      .register_orchestration("Collect", collect)
      .register_orchestration("Signal", wait_for_signal)
      .register_orchestration("Fragile", fragile)
      .register_activity("Count",
                         [behaviour](ActivityContext& context, std::string input) {
                           behaviour->began(context);
                           return input;
                         })
      .register_activity("Fill",
                         [behaviour](ActivityContext& context, const std::string& input) {
                           behaviour->began(context);
                           return std::string(std::stoul(input), 'x');
                         })
      .register_activity("Break", [behaviour](ActivityContext& context, const std::string&) {
        behaviour->began(context);
        if (!behaviour->mended) {
          throw std::runtime_error("broken");
        }
        return std::string("mended");
      });
}

std::string wrong_end(const std::string& orchestration, const std::string& input,
                      const OrchestrationStatus& status) {
  if (status.is_cancelled()) {
    return {};
  }
  std::string right;
  if (orchestration == "Sum") {
    right = total_of(input);
  } else if (orchestration == "Family") {
    right = total_of(input) + "+" + total_of(input);
  } else if (orchestration == "Large") {
    right = std::string(std::stoul(input), 'x');
  } else if (orchestration == "Rounds") {
    right = "done";
  } else if (orchestration == "Naps") {
    right = "rested";
  } else if (orchestration == "Signal") {
    right = status.output() == "alone" ? "alone" : "told";
  } else if (orchestration == "Fragile") {
    if (status.is_failed() && status.error()->message.find("broken") != std::string::npos) {
      return {};
    }
    right = "mended";
  } else if (orchestration == "Collect") {
    right = status.output();  // what must be in it is known to whoever has sent it
  }
  return status.is_completed() && status.output() == right
             ? std::string()
             : orchestration + "(" + input + ") ended as " + status.to_string().substr(0, 200);
}

}  // namespace duroxide::power
