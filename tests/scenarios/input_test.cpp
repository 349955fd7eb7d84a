// Inputs at the edges of what is allowed, and beyond.

#include "scenario.hpp"

namespace duroxide::input_test {

using namespace duroxide::scenario;

namespace {

Task<std::string> echo(OrchestrationContext context, std::string input) {
  co_return co_await context.schedule_activity("Echo", input);
}

Task<std::string> bad_steps(OrchestrationContext context, std::string step) {
  std::string problem;
  try {
    if (step == "empty name") {
      co_await context.schedule_activity("");
    } else if (step == "long name") {
      co_await context.schedule_activity(std::string(256, 'x'));
    } else if (step == "large input") {
      co_await context.schedule_activity("Echo", std::string((std::size_t{64} << 20) + 1, 'x'));
    } else if (step == "negative delay") {
      co_await context.schedule_timer(-1ms);
    } else if (step == "overflowing delay") {
      co_await context.schedule_timer(std::chrono::hours::max());
    } else if (step == "bad child id") {
      auto options = SubOrchestrationOptions().instance_id("");
      co_await context.schedule_sub_orchestration("Echo", std::string(), options);
    } else if (step == "bad version") {
      auto options = SubOrchestrationOptions().version("1");
      co_await context.schedule_sub_orchestration("Echo", std::string(), options);
    }
  } catch (const OrchestrationError& error) {
    problem = error.details().message;
  }
  co_return problem.empty() ? "accepted" : "refused";
}

void register_all(Runtime& runtime) {
  runtime.register_orchestration("Echo", echo)
      .register_orchestration("BadSteps", bad_steps)
      .register_activity("Echo", [](std::string input) { return input; });
}

}  // namespace

TEST_CASE("payloads from nothing to 64 MiB", "[limits][payloads]") {
  Scenario s(EVERY_BACKEND, register_all);
  const std::size_t size =
      GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{100'000}, std::size_t{64} << 20);
  const std::string payload(size, 'x');
  CHECK(s.run("i", "Echo", payload).output() == payload);
}

TEST_CASE("payloads with every byte", "[limits][payloads]") {
  Scenario s(EVERY_BACKEND, register_all);
  std::string payload;
  for (int byte = 0; byte < 256; ++byte) {
    payload.push_back(static_cast<char>(byte));
  }
  CHECK(s.run("i", "Echo", payload).output() == payload);
}

TEST_CASE("the longest id, and ids in any language", "[limits]") {
  Scenario s(EVERY_BACKEND, register_all);
  const std::string id =
      GENERATE(std::string(255, 'i'), std::string("Bestellung-größer-注文-🦆"),
               std::string(" "), std::string("a/b::c"));
  CHECK(s.run(id, "Echo", std::string("x")).output() == "x");
}

TEST_CASE("wrong arguments inside an orchestration throw there and record nothing",
          "[limits][errors]") {
  Scenario s(EVERY_BACKEND, register_all);
  const std::string step = GENERATE("empty name", "long name", "large input", "negative delay",
                                    "overflowing delay", "bad child id", "bad version");
  CHECK(s.run("i", "BadSteps", step).output() == "refused");
  CHECK(s.types("i").size() == 2);
}

}  // namespace duroxide::input_test
