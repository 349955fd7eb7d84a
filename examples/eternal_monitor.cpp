// An orchestration without an end: it looks at a sensor, tells what it has seen, sleeps and begins
// anew with an empty history. What must outlive a round is its input or key-value state.
#include <algorithm>
#include <chrono>
#include <exception>
#include <iostream>
#include <string>

#include <duroxide/duroxide.hpp>

#include "expect.hpp"

using namespace duroxide;
using namespace std::chrono_literals;

inline constexpr Activity<int(int)> read_sensor{"ReadSensor"};
inline constexpr Orchestration<std::string(int)> monitor{"Monitor"};

Task<std::string> watch(OrchestrationContext ctx, int round) {
  const int degrees = co_await ctx.schedule_activity(read_sensor, round);
  const int highest = std::max(degrees, ctx.get_value<int>("highest").value_or(degrees));
  ctx.set_value("highest", highest);
  ctx.set_custom_status("round " + std::to_string(round) + ": " + std::to_string(degrees) +
                        " degrees");

  auto stop = ctx.wait_for_external_event("Stop");
  auto pause = ctx.schedule_timer(100ms);
  const auto first = co_await when_any(std::move(stop), std::move(pause));
  if (first.index() == 1) {
    co_await ctx.continue_as_new(round + 1);
  }
  co_return "stopped by " + std::get<0>(first);
}

int main() try {
  Store store = MemoryProvider::create();
  Runtime runtime{store};
  runtime.register_orchestration(monitor, watch).register_activity(read_sensor, [](int round) {
    return 20 + round * 7 % 5;
  });
  expect(runtime.start());

  Client client{store};
  expect(client.start_orchestration("greenhouse", monitor, 1));
  std::uint64_t seen = 0;
  for (int round = 1; round <= 4; ++round) {
    const auto status = expect(client.wait_for_status_change("greenhouse", seen, 30s));
    std::cout << status.custom_status().value_or("no status") << '\n';
    seen = status.custom_status_version();
  }

  expect(client.raise_event("greenhouse", "Stop", "Ada"));
  std::cout << expect(client.wait_for_output("greenhouse", monitor, 30s)) << '\n';
  const auto highest = expect(client.get_value("greenhouse", "highest"));
  std::cout << "highest: " << (highest ? highest->value : "unknown") << " degrees\n";
  const auto rounds = expect(expect(client.management()).list_executions("greenhouse"));
  std::cout << (rounds.size() >= 4 ? "each round had a history of its own\n" : "too few rounds\n");
  return 0;
} catch (const std::exception& error) {
  std::cerr << "eternal_monitor: " << error.what() << '\n';
  return 1;
}
