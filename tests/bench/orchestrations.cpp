#include "orchestrations.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace duroxide;

namespace {

Task<std::string> hello(OrchestrationContext ctx, std::string input) {
  std::string output = co_await ctx.schedule_activity("Nothing", input);
  co_return output;
}

Task<std::string> fan_out(OrchestrationContext ctx, std::string input) {
  std::vector<DurableFuture<std::string>> activities;
  for (int i = 0; i < 5; ++i) {
    activities.push_back(ctx.schedule_activity("Nothing", input));
  }
  const std::vector<std::string> outputs = co_await when_all(std::move(activities));
  co_return outputs.front();
}

Task<std::string> chain(OrchestrationContext ctx, std::size_t steps) {
  std::string value = "x";
  for (std::size_t i = 0; i < steps; ++i) {
    value = co_await ctx.schedule_activity("Nothing", value);
  }
  co_return value;
}

Task<std::string> signals(OrchestrationContext ctx, std::size_t count) {
  std::string value;
  for (std::size_t i = 0; i < count; ++i) {
    value = co_await ctx.wait_for_external_event("Go");
  }
  co_return value;
}

/// Sleeps until a moment, in milliseconds since 1970, and returns by how many microseconds the code went
/// on too late. So it reads the system's clock, which other code must not.
Task<std::int64_t> timer(OrchestrationContext ctx, std::int64_t due) {
  const Timestamp moment = from_milliseconds(due);
  const auto left = moment - system_clock()->now();
  co_await ctx.schedule_timer(std::max(left, Milliseconds(0)));
  const auto late = std::chrono::system_clock::now() - moment;
  co_return std::chrono::duration_cast<std::chrono::microseconds>(late).count();
}

Task<std::string> wait(OrchestrationContext ctx) {
  std::string data = co_await ctx.wait_for_external_event("Go");
  co_return data;
}

}  // namespace

void register_orchestrations(Runtime& runtime, ActivityKind kind) {
  runtime.register_orchestration("Hello", hello)
      .register_orchestration("FanOut", fan_out)
      .register_orchestration("Chain", chain)
      .register_orchestration("Signals", signals)
      .register_orchestration("Timer", timer)
      .register_orchestration("Wait", wait)
      .register_activity(
          "Nothing", [](const std::string& input) { return input; }, kind);
}
