// An engine for the tests of the command: runs on the store until its standard input ends.
//
//   engine STORE [--socket|--no-socket]
//
// The store is a directory, or the address of a database if this was built with the library for that.
//
// It prints `ready` once it runs. Orchestrations: Echo completes with its input; Approval waits for
// the event Approved, with a key-value entry and a custom status set; Failing fails; Family has two
// Approvals for children; Rounds begins anew at each event Next, until its data is `stop`; Fragile
// fails as long as there is a file `broken` in the directory that it was started in; Price waits for a number, the event
// ChangePrice; Count is asked to add up (support/counting.hpp).

#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <duroxide/duroxide.hpp>
#ifdef ENGINE_HAS_POSTGRES
#include <duroxide/postgres_provider.hpp>
#endif

#include "support/counting.hpp"

using namespace duroxide;

namespace {

Task<std::string> echo(OrchestrationContext, std::string input) {
  co_return input;
}

Task<std::string> approval(OrchestrationContext ctx) {
  ctx.set_value("stage", std::string("asked"));
  ctx.set_custom_status("waits for a decision");
  co_return co_await ctx.wait_for_external_event("Approved");
}

Task<std::string> failing(OrchestrationContext, std::string input) {
  throw std::runtime_error("no way: " + input);
  co_return input;
}

Task<std::string> family(OrchestrationContext ctx) {
  std::vector<AsResult<DurableFuture<std::string>>> children;
  for (const char* name : {"/ada", "/bob"}) {
    SubOrchestrationOptions options;
    options.instance_id(ctx.instance_id() + name);
    children.push_back(
        ctx.schedule_sub_orchestration("Approval", std::string(), options).as_result());
  }
  const auto answers = co_await when_all(std::move(children));
  co_return std::to_string(answers.size()) + " children";
}

Task<std::string> rounds(OrchestrationContext ctx, std::string input) {
  const std::string next = co_await ctx.wait_for_external_event("Next");
  if (next != "stop") {
    co_await ctx.continue_as_new(input + "+");
  }
  co_return input;
}

Task<std::string> fragile(OrchestrationContext ctx) {
  const std::string first = co_await ctx.schedule_activity("First", std::string("tea"));
  co_return co_await ctx.schedule_activity("Break", first);
}

Task<std::string> price(OrchestrationContext ctx) {
  const double changed = co_await ctx.wait_for_external_event<double>("ChangePrice");
  co_return "costs " + std::to_string(static_cast<int>(changed)) + " now";
}

Store open(const std::string& place) {
#ifdef ENGINE_HAS_POSTGRES
  if (place.starts_with("postgresql://")) {
    return PostgresProvider::connect(place).value();
  }
#endif
  return LmdbProvider::open(std::filesystem::absolute(place)).value();
}

int run(const std::string& place, bool control_socket) {
  const auto store = open(place);
  Runtime runtime{store, RuntimeOptions().control_socket(control_socket)};
  const auto broken = std::filesystem::current_path() / "broken";
  runtime.register_orchestration("Echo", echo)
      .register_orchestration("Approval", approval)
      .register_orchestration("Failing", failing)
      .register_orchestration("Family", family)
      .register_orchestration("Rounds", rounds)
      .register_orchestration("Fragile", fragile)
      .register_orchestration("Price", price)
      .register_orchestration("Count", testing::count_up)
      .register_activity("First", [](const std::string& input) { return "hot " + input; })
      .register_activity("Break",
                         [broken](const std::string& input) -> Result<std::string, std::string> {
                           if (std::filesystem::exists(broken)) {
                             return failure(std::string("the pot is broken"));
                           }
                           return input + " is served";
                         });
  runtime.start().value();
  std::cout << "ready" << std::endl;
  std::string line;
  while (std::getline(std::cin, line)) {
  }
  runtime.stop();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::vector<std::string_view> arguments(argv + 1, argv + argc);
    const bool control_socket = arguments.size() < 2 || arguments[1] != "--no-socket";
    return run(std::string(arguments.at(0)), control_socket);
  } catch (const std::exception& error) {
    std::cerr << "engine: " << error.what() << '\n';
    return 1;
  }
}
