// A program with a CAF of its own, the system's, beside the library that keeps another to itself.

#include <chrono>
#include <iostream>
#include <string>

#include <caf/all.hpp>

#include <duroxide/duroxide.hpp>

using namespace duroxide;

Task<std::string> hello(OrchestrationContext ctx, std::string name) {
  std::string greeting = co_await ctx.schedule_activity("Greet", name);
  co_return greeting;
}

caf::behavior twice(caf::event_based_actor* /*self*/) {
  return {[](int number) { return 2 * number; }};
}

/// Asks an actor of the program's.
int ask(caf::actor_system& system, int number) {
  const caf::scoped_actor self(system);
  int answer = 0;
  self->request(system.spawn(twice), caf::infinite, number)
      .receive([&](int got) { answer = got; }, [](const caf::error&) {});
  return answer;
}

int main() {
  caf::actor_system_config config;
  caf::actor_system system(config);
  const Store store = MemoryProvider::open().value();
  Runtime runtime{store};
  runtime.register_orchestration("Hello", hello);
  // What the engine calls asks the program's actors.
  runtime.register_activity("Greet", [&](const std::string& name) {
    return "Hello, " + name + ", " + std::to_string(ask(system, 21));
  });
  runtime.start().value();
  Client client{store};
  client.start_orchestration("1", "Hello", "you").value();
  const auto status = client.wait_for_completion("1", std::chrono::seconds(60)).value();
  std::cout << status.to_string() << ", and " << ask(system, 4) << '\n';
  return status.output() == "Hello, you, 42" && ask(system, 4) == 8 ? 0 : 1;
}
