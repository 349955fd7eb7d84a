// Runtime and client in one process, on one store: how most programs begin.
#include <chrono>
#include <iostream>
#include <string>

#include <duroxide/duroxide.hpp>

using namespace duroxide;
using namespace std::chrono_literals;

Task<std::string> hello_world(OrchestrationContext ctx, std::string name) {
  ctx.log_info("greeting " + name);
  std::string greeting = co_await ctx.schedule_activity("SayHello", name);
  co_return greeting;
}

int main() {
  auto store = LmdbProvider::open("./combined-store");
  if (!store) {
    std::cerr << "combined_usage: " << store.error().to_string() << '\n';
    return 1;
  }

  Runtime runtime{*store};
  runtime.register_orchestration("HelloWorld", hello_world)
      .register_activity("SayHello",
                         [](const std::string& name) { return "Hello, " + name + "!"; });
  if (auto started = runtime.start(); !started) {
    std::cerr << "combined_usage: " << started.error().to_string() << '\n';
    return 1;
  }

  // Ids are free to choose, but taken for ever: a second run has to use another one.
  const std::string id = "hello-" + std::to_string(to_milliseconds(store->clock()->now()));
  Client client{*store};
  auto begun = client.start_orchestration(id, "HelloWorld", "World");
  auto output = begun ? client.wait_for_output<std::string>(id, 5s) : failure(begun.error());
  std::cout << id << ": " << (output ? *output : output.error().to_string()) << '\n';

  runtime.stop();
  return output ? 0 : 1;
}
