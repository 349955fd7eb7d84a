// The smallest whole program: one orchestration, one activity, one store on disk. Run it twice: the
// second time the greeting comes out of the store, and the activity does not run again.
#include <chrono>
#include <iostream>
#include <string>

#include <duroxide/duroxide.hpp>

using namespace duroxide;
using namespace std::chrono_literals;

Task<std::string> hello(OrchestrationContext ctx, std::string name) {
  std::string greeting = co_await ctx.schedule_activity("Greet", name);
  co_return greeting;
}

int main() {
  auto store = LmdbProvider::open("./hello-store");
  if (!store) {
    std::cerr << "hello_world: " << store.error().to_string() << '\n';
    return 1;
  }

  Runtime runtime{*store};
  runtime.register_orchestration("Hello", hello)
      .register_activity("Greet", [](const std::string& name) { return "Hello, " + name + "!"; });
  if (auto started = runtime.start(); !started) {
    std::cerr << "hello_world: " << started.error().to_string() << '\n';
    return 1;
  }

  Client client{*store};
  auto greeting = client.run_orchestration("hello-1", "Hello", "World", 30s,
                                           StartOptions().reuse(ReusePolicy::use_existing));
  if (!greeting) {
    std::cerr << "hello_world: " << greeting.error().to_string() << '\n';
    return 1;
  }
  std::cout << *greeting << '\n';
}
