// A program outside the library's tree: meson.build and CMakeLists.txt beside it build it, and check it
// with `duroxide lint`.
#include <chrono>
#include <iostream>
#include <string>

#include <duroxide/duroxide.hpp>

using namespace duroxide;
using namespace std::chrono_literals;

Task<std::string> greet(OrchestrationContext ctx, std::string name) {
  // The lint would refuse std::chrono::system_clock here: a replay would find another time.
  const bool morning = to_milliseconds(ctx.utc_now()) / 3'600'000 % 24 < 12;
  const std::string greeting = co_await ctx.schedule_activity("Greet", name);
  co_return (morning ? "in the morning: " : "later: ") + greeting;
}

int main() {
  Store store = MemoryProvider::create();
  Runtime runtime{store};
  runtime.register_orchestration("Greet", greet)
      .register_activity("Greet", [](const std::string& name) { return "Hello, " + name + "!"; });
  if (auto started = runtime.start(); !started) {
    std::cerr << started.error().to_string() << '\n';
    return 1;
  }
  Client client{store};
  auto begun = client.start_orchestration("greeting-1", "Greet", "World");
  auto status = begun ? client.wait_for_completion("greeting-1", 30s) : failure(begun.error());
  if (!status) {
    std::cerr << status.error().to_string() << '\n';
    return 1;
  }
  std::cout << status->to_string() << '\n';
  return status->is_completed() ? 0 : 1;
}
