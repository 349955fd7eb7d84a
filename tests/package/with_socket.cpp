// A runtime on disk, with the socket that the command asks: the library has all of its layers, those too that no
// name of a program leads to.

#include <chrono>
#include <filesystem>
#include <iostream>
#include <string>

#include <duroxide/duroxide.hpp>

using namespace duroxide;

Task<std::string> hello(OrchestrationContext ctx, std::string name) {
  std::string greeting = co_await ctx.schedule_activity("Greet", name);
  co_return greeting;
}

int main() {
  const std::filesystem::path directory = "socket-store";
  std::filesystem::remove_all(directory);
  const Store store = LmdbProvider::open(directory).value();
  Runtime runtime{store};
  runtime.register_orchestration("Hello", hello);
  runtime.register_activity("Greet", [](const std::string& name) { return "Hello, " + name; });
  runtime.start().value();
  Client client{store};
  client.start_orchestration("1", "Hello", "you").value();
  const auto status = client.wait_for_completion("1", std::chrono::seconds(60)).value();
  if (status.output() != "Hello, you") {
    std::cerr << "no greeting: " << status.to_string() << '\n';
    return 1;
  }
  if (!std::filesystem::is_socket(directory / "duroxide.sock")) {
    std::cerr << "there is no socket\n";
    return 1;
  }
  return 0;
}
