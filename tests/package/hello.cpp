#include <duroxide/duroxide.hpp>
using namespace duroxide;
Task<std::string> hello(OrchestrationContext ctx, std::string name) {
  std::string text = co_await ctx.schedule_activity("Greet", name);
  co_return text;
}
int main() {
  Store store = LmdbProvider::open("store").value();
  Runtime runtime{store};
  runtime.register_orchestration("Hello", hello);
  runtime.register_activity("Greet", [](std::string name) { return "Hello, " + name; });
  runtime.start().value();
  Client client{store};
  client.start_orchestration("1", "Hello", "you").value();
  return client.wait_for_completion("1", std::chrono::seconds(60)).value().output() != "Hello, you";
}
