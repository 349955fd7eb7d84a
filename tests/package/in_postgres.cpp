// The hello, with its store in the PostgreSQL database that the first argument names: a program that knows no more
// than what is installed.
#include <chrono>
#include <iostream>
#include <string>

#include <duroxide/duroxide.hpp>
#include <duroxide/postgres_provider.hpp>

using namespace duroxide;

Task<std::string> hello(OrchestrationContext ctx, std::string name) {
  std::string text = co_await ctx.schedule_activity("Greet", name);
  co_return text;
}

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "in_postgres URL\n";
    return 2;
  }
  auto opened = PostgresProvider::connect(arguments[1], PostgresOptions().schema("hello"));
  if (!opened) {
    std::cerr << opened.error().message << '\n';
    return 3;
  }
  Store store = opened.value();
  Runtime runtime{store};
  runtime.register_orchestration("Hello", hello);
  runtime.register_activity("Greet", [](std::string name) { return "Hello, " + name; });
  runtime.start().value();
  Client client{store};
  client.start_orchestration("1", "Hello", "you", StartOptions().reuse(ReusePolicy::use_existing))
      .value();
  return client.wait_for_completion("1", std::chrono::seconds(60)).value().output() != "Hello, you";
}
