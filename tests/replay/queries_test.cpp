// Queries: what the code answers from where it stands, and what a handler must not do.

#include <memory>
#include <string>

#include <catch2/catch.hpp>

#include "replay/answer_text.hpp"
#include "replay/harness.hpp"

namespace duroxide::queries_test {

using namespace duroxide::replay;
using namespace duroxide::replay::test;
using Catch::Contains;

TEST_CASE("a query is answered from where the code stands, and leaves no trace", "[queries]") {
  static constexpr Query<std::string, std::string> read{"Read"};
  const auto code = [](OrchestrationContext ctx) -> Task<std::string> {
    std::string text = "begun";
    ctx.on_query(read, [&](const std::string& mark) { return text + mark; });
    ctx.on_query<int, int>("Half", [](int number) -> Result<int, std::string> {
      if (number % 2 != 0) {
        return failure("it is odd");
      }
      return number / 2;
    });
    ctx.on_query<int, int>("Wrong", [ctx](int number) mutable {
      ctx.set_value("k", number);
      return number;
    });
    text = co_await ctx.wait_for_external_event("Go");
    text += co_await ctx.wait_for_external_event("Go");
    co_return text;
  };
  const auto handler = std::make_shared<const OrchestrationHandler>(
      duroxide::detail::make_orchestration_handler(code));
  TurnServices services;
  services.now = [] { return Timestamp(); };
  Execution execution({"i", 1, "Test", "1.0.0", handler}, services);
  (void)execution.run({work::StartOrchestration{"i", "Test", "", {}, {}}});
  const auto ask = [&](const std::string& name, const std::string& input) {
    const auto answer = execution.answer({"q", name, input});
    REQUIRE(answer);
    CHECK(answer->id == "q");
    return text_of(*answer);
  };
  CHECK(ask("Read", "!") == "begun!");
  (void)execution.run({Harness::raised("Go", "one")});
  CHECK(ask("Read", "?") == "one?");
  CHECK(ask("Half", "4") == "2");
  CHECK(ask("Half", "5") == "!it is odd");
  CHECK_THAT(ask("Half", "x"), Contains("the input of the query `Half`"));
  CHECK_THAT(ask("Wrong", "1"), Contains("the handler of a query must not use the context"));
  CHECK(ask("None", "") ==
        "!the instance i (Test) has registered no query `None`; it has `Half`, `Read`, `Wrong`");
  CHECK(execution.history_size() == 4);
  (void)execution.run({Harness::raised("Go", "two")});
  CHECK_FALSE(execution.answer({"q", "Read", ""}));
}

TEST_CASE("a query whose handler drops a future is told so, and its execution is not to be kept",
          "[queries][errors]") {
  const bool holds_condition = GENERATE(false, true);
  const auto code = [holds_condition](OrchestrationContext ctx) -> Task<std::string> {
    auto event = std::make_unique<DurableFuture<std::string>>(ctx.wait_for_external_event("Go"));
    const auto never = [] { return false; };
    auto condition = std::make_unique<DurableFuture<void>>(ctx.wait_until(never));
    const auto drop = [&](const std::string& text) {
      if (holds_condition) {
        condition.reset();
      } else {
        event.reset();
      }
      return text;
    };
    ctx.on_query<std::string, std::string>("Drop", drop);
    ctx.on_query<std::string, std::string>("Read", [](const std::string& text) { return text; });
    co_await ctx.wait_for_external_event("End");
    co_return "ended";
  };
  const auto handler = std::make_shared<const OrchestrationHandler>(
      duroxide::detail::make_orchestration_handler(code));
  TurnServices services;
  services.now = [] { return Timestamp(); };
  Execution execution({"i", 1, "Test", "1.0.0", handler}, services);
  const auto begun = execution.run({work::StartOrchestration{"i", "Test", "", {}, {}}});
  CHECK(text_of(execution.answer({"q1", "Read", "sound"}).value()) == "sound");
  CHECK_FALSE(execution.has_failed());
  const auto answer = execution.answer({"q2", "Drop", "text"});
  REQUIRE(answer);
  REQUIRE(answer->error);
  CHECK_THAT(answer->error->message,
             Contains("the handler of a query must not drop or cancel the future of `" +
                      std::string(holds_condition ? "wait_until" : "Go") + "`"));
  CHECK(answer->output.empty());
  CHECK(execution.has_failed());
  CHECK(execution.history_size() == begun.events.size());
  // The history knows nothing of it.
  Execution next({"i", 1, "Test", "1.0.0", handler}, services);
  next.replay(begun.events);
  CHECK_FALSE(next.has_failed());
  CHECK(output_of(next.run({Harness::raised("End", "")})) == "ended");
}

TEST_CASE("a query to code that no longer fits its history is told why",
          "[queries][nondeterminism]") {
  const auto code = [](OrchestrationContext ctx) -> Task<std::string> {
    std::string text = co_await ctx.schedule_activity("B");
    co_return text;
  };
  const auto handler = std::make_shared<const OrchestrationHandler>(
      duroxide::detail::make_orchestration_handler(code));
  TurnServices services;
  services.now = [] { return Timestamp(); };
  Execution execution({"i", 1, "Test", "1.0.0", handler}, services);
  event::OrchestrationStarted started;
  started.name = "Test";
  started.version = "1.0.0";
  execution.replay({{1, 0, {}, started}, {2, 0, {}, event::ActivityScheduled{"A", ""}}});
  const auto answer = execution.answer({"q", "Read", ""});
  REQUIRE(answer);
  CHECK(answer->error->kind == ErrorKind::nondeterminism);
}

}  // namespace duroxide::queries_test
