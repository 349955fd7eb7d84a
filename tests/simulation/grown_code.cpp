#include "simulation/grown_code.hpp"

#include <utility>
#include <vector>

namespace duroxide::simulation {

namespace {

constexpr std::size_t calls_at_once = 12;

}  // namespace

Task<std::string> grow(OrchestrationContext context, std::string input) {
  std::string result = context.get_value("grown").value_or("");
  std::vector<DurableFuture<std::string>> calls;
  for (std::size_t i = 0; i < calls_at_once; ++i) {
    ActivityOptions options;
    if (i % 4 != 3) {
      options.session("session" + std::to_string(i % 4));
    }
    calls.push_back(
        context.schedule_activity("A" + std::to_string(i % 6), std::string(i * 40, 'x'), options));
  }
  auto all = when_all(std::move(calls));
  const std::vector<std::string> values = co_await std::move(all);
  for (const std::string& each : values) {
    result += std::to_string(each.size()) + " ";
  }
  auto told = context.wait_for_external_event("E0");
  result += co_await std::move(told);
  auto taken = context.dequeue_event("Q0");
  result += co_await std::move(taken);
  context.set_value("grown", result);
  context.set_custom_status(std::string(result.size() * 4, 's'));
  // Loose ends: the last is still there when the code ends.
  { const auto dropped = context.schedule_activity("A1", std::string("dropped")); }
  const auto forgotten = context.schedule_activity("A2", std::string("forgotten"));
  const auto far = context.schedule_timer(std::chrono::hours(100));
  const unsigned long rounds = std::stoul(input);
  if (rounds > 0) {
    auto next = context.continue_as_new(std::to_string(rounds - 1));
    co_await std::move(next);
  }
  co_return result;
}

}  // namespace duroxide::simulation
