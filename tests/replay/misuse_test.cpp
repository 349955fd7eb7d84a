// A context or a future that is used where it does not belong: told, and nothing else happens.

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include <catch2/catch.hpp>

#include "replay/harness.hpp"

namespace duroxide::misuse_test {

using namespace duroxide::replay::test;
using Catch::Contains;

namespace {

/// What an orchestration has left lying about.
struct Left {
  std::optional<OrchestrationContext> context;
  std::optional<DurableFuture<std::string>> future;
};
using Lost = std::shared_ptr<Left>;

/// Leaves its context, and waits or ends.
auto leaving_context(const Lost& lost, bool ends) {
  return [lost, ends](OrchestrationContext ctx) -> Task<std::string> {
    std::string said = "done";
    lost->context = ctx;
    if (!ends) {
      said = co_await ctx.wait_for_external_event("Go");
    }
    co_return said;
  };
}

std::string told_by(const std::function<void()>& use) {
  try {
    use();
    return "nothing";
  } catch (const std::logic_error& told) {
    return told.what();
  }
}

constexpr const char* outside =
    "the context of an orchestration was used outside of its code: on another thread, in an "
    "activity, or "
    "after the code had ended. Only the code itself may use it, while it runs; give others what "
    "they need "
    "as values";

}  // namespace

TEST_CASE("a context is told when another thread uses it", "[errors][threads]") {
  const auto lost = std::make_shared<Left>();
  Harness harness(Residency::resident, leaving_context(lost, false));
  (void)harness.start();
  std::string told;
  std::thread([&] { told = told_by([&] { (void)lost->context->new_guid(); }); }).join();
  CHECK(told == outside);
  CHECK(told_by([&] { lost->context->set_value("k", std::string("v")); }) == outside);
  CHECK(told_by([&] { (void)lost->context->schedule_activity("A"); }) == outside);
  CHECK(told_by([&] { (void)lost->context->instance_id(); }) == outside);
  CHECK(told_by([&] { (void)lost->context->shield(); }) == outside);
  CHECK(told_by([&] { (void)lost->context->wait_for_external_event("E"); }) == outside);
  // The instance goes on as if nothing had been.
  CHECK(output_of(harness.turn(Harness::raised("Go", "on"))) == "on");
  CHECK(harness.types().size() == 4);
}

TEST_CASE("a context is told when it is used after its end", "[errors]") {
  const auto lost = std::make_shared<Left>();
  std::optional<Harness> harness;
  harness.emplace(Residency::resident, leaving_context(lost, true));
  CHECK(output_of(harness->start()) == "done");
  CHECK(told_by([&] { (void)lost->context->utc_now(); }) == outside);
  harness.reset();  // not even the execution is there any more
  CHECK(told_by([&] { (void)lost->context->utc_now(); }) == outside);
  CHECK(told_by([&] { (void)lost->context->is_cancel_requested(); }) == outside);
}

TEST_CASE("a shield that outlives its execution ends without it", "[errors][cancellation]") {
  const auto kept = std::make_shared<std::optional<CancellationShield>>();
  std::optional<Harness> harness;
  harness.emplace(Residency::resident, [kept](OrchestrationContext ctx) -> Task<std::string> {
    kept->emplace(ctx.shield());
    const std::string go = co_await ctx.wait_for_external_event("Go");
    co_return go;
  });
  (void)harness->start();
  harness.reset();
  CHECK_NOTHROW(kept->reset());
}

TEST_CASE("a thread that an orchestration starts is told, and the orchestration may go on",
          "[errors][threads]") {
  const auto code = [](OrchestrationContext ctx) -> Task<std::string> {
    std::string told;
    std::thread([&] { told = told_by([&] { (void)ctx.new_guid(); }); }).join();
    co_return told + " " + ctx.instance_id();
  };
  Harness harness(Residency::resident, code);
  CHECK_THAT(output_of(harness.start()), Contains("on another thread"));
}

TEST_CASE("an instance that uses the context of another fails with the reason", "[errors]") {
  const auto lost = std::make_shared<Left>();
  Harness first(Residency::resident, leaving_context(lost, false));
  (void)first.start();
  Harness second(Residency::resident, [lost](OrchestrationContext) -> Task<std::string> {
    const std::string found = co_await lost->context->schedule_activity("A");
    co_return found;
  });
  CHECK_THAT(failure_of(second.start()).message,
             Contains("the context of one instance was used by the code of another"));
  CHECK(first.types().size() == 2);
}

TEST_CASE("an instance that awaits a future of another fails with the reason", "[errors]") {
  const auto lost = std::make_shared<Left>();
  Harness first(Residency::resident, [lost](OrchestrationContext ctx) -> Task<std::string> {
    lost->future = ctx.schedule_activity("A");
    const std::string go = co_await ctx.wait_for_external_event("Go");
    co_return go;
  });
  (void)first.start();
  const auto awaiting = [lost](OrchestrationContext) -> Task<std::string> {
    const std::string found = co_await std::move(*lost->future);
    co_return found;
  };
  SECTION("that still runs") {
    Harness second(Residency::resident, awaiting);
    CHECK_THAT(
        failure_of(second.start()).message,
        Contains("a future was awaited that belongs to another instance, or to an execution that "
                 "has ended: A"));
  }
  SECTION("that is gone") {
    first.evict();
    Harness second(Residency::resident, awaiting);
    CHECK_THAT(failure_of(second.start()).message, Contains("has ended: A"));
  }
}

TEST_CASE("the answer to a query may use its own context alone", "[errors][queries]") {
  const auto lost = std::make_shared<Left>();
  Harness first(Residency::resident, leaving_context(lost, false));
  (void)first.start();
  const auto code = [lost](OrchestrationContext ctx) -> Task<std::string> {
    ctx.on_query<std::string, std::string>(
        "Own", [ctx](const std::string& mark) { return ctx.instance_id() + mark; });
    ctx.on_query<std::string, std::string>(
        "Other", [lost](const std::string&) { return lost->context->instance_id(); });
    const std::string go = co_await ctx.wait_for_external_event("Go");
    co_return go;
  };
  const auto handler = std::make_shared<const OrchestrationHandler>(
      duroxide::detail::make_orchestration_handler(code));
  duroxide::replay::TurnServices services;
  services.now = [] { return Timestamp(); };
  duroxide::replay::Execution second({"mine", 1, "Test", "1.0.0", handler}, services);
  (void)second.run({work::StartOrchestration{"mine", "Test", "", {}, {}}});
  const auto own = second.answer({"q", "Own", "!"});
  REQUIRE(own);
  CHECK_FALSE(own->error);
  CHECK(own->output == Payload("mine!"));
  const auto other = second.answer({"q", "Other", ""});
  REQUIRE(other);
  REQUIRE(other->error);
  CHECK_THAT(other->error->message,
             Contains("the context of one instance was used by the code of another"));
}

TEST_CASE("an instance that awaits the condition of another fails with the reason", "[errors]") {
  const auto lost = std::make_shared<std::optional<DurableFuture<void>>>();
  Harness first(Residency::resident, [lost](OrchestrationContext ctx) -> Task<std::string> {
    lost->emplace(ctx.wait_until([] { return false; }));
    const std::string go = co_await ctx.wait_for_external_event("Go");
    co_return go;
  });
  (void)first.start();
  const auto awaiting = [lost](OrchestrationContext) -> Task<std::string> {
    std::string found;
    co_await std::move(**lost);
    co_return found;
  };
  SECTION("that still runs") {
    Harness second(Residency::resident, awaiting);
    CHECK_THAT(failure_of(second.start()).message, Contains("has ended: wait_until"));
  }
  SECTION("that is gone") {
    first.evict();
    Harness second(Residency::resident, awaiting);
    CHECK_THAT(failure_of(second.start()).message, Contains("has ended: wait_until"));
  }
}

TEST_CASE("code that ends with its execution may still use the context", "[errors][residency]") {
  struct Farewell {
    OrchestrationContext ctx;
    std::shared_ptr<std::string> said;
    ~Farewell() { *said = ctx.instance_id(); }
  };
  const auto said = std::make_shared<std::string>();
  Harness harness(Residency::resident, [said](OrchestrationContext ctx) -> Task<std::string> {
    const Farewell farewell{ctx, said};
    const std::string go = co_await ctx.wait_for_external_event("Go");
    co_return go;
  });
  (void)harness.start();
  harness.evict();
  CHECK_FALSE(said->empty());
}

}  // namespace duroxide::misuse_test
