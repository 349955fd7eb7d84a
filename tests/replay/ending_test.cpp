// The ends of an execution: result, exception, cancellation, continue-as-new, limits, poison.

#include <catch2/catch.hpp>

#include "replay/harness.hpp"

using namespace duroxide;
using namespace duroxide::replay::test;
using namespace std::chrono_literals;

namespace {

struct NotAnException {};

template <class Thrown>
ErrorDetails failure_when_thrown(Thrown thrown) {
  Harness harness(both_ways(), [thrown](OrchestrationContext ctx) -> Task<> {
    const Thrown value = thrown;
    co_await ctx.schedule_activity("A");
    throw value;
  });
  (void)harness.start();
  return failure_of(harness.turn(harness.activity_completed(2, "")));
}

/// An instance with one of each open.
Task<> one_of_each(OrchestrationContext ctx) {
  const auto all =
      co_await when_all(ctx.schedule_activity("A"), ctx.schedule_timer(1h),
                        ctx.wait_for_external_event("E"), ctx.schedule_sub_orchestration("C"));
  (void)all;
}

void check_all_closed(const replay::TurnResult& result) {
  CHECK(result.cancelled_activities == std::vector<std::uint64_t>{2});
  REQUIRE(result.cancelled_timers.size() == 1);
  CHECK(result.cancelled_timers[0].id == 3);
  REQUIRE(result.messages.size() == 1);
  const auto& cancel = std::get<work::CancelInstance>(result.messages[0]);
  CHECK(cancel.instance == "i::sub::1.5");
  CHECK(cancel.parent == ParentLink{"i", 1, 5});
}

}  // namespace

TEST_CASE("whatever is thrown fails the orchestration with its message", "[errors]") {
  CHECK(failure_when_thrown(std::runtime_error("standard")).message == "standard");
  CHECK(failure_when_thrown(std::runtime_error("standard")).kind ==
        ErrorKind::orchestration_failed);
  CHECK(failure_when_thrown(std::string("text")).message == "text");
  CHECK(failure_when_thrown(static_cast<const char*>("literal")).message == "literal");
  CHECK_THAT(failure_when_thrown(NotAnException()).message, Catch::Contains("NotAnException"));
  CHECK(failure_when_thrown(42).kind == ErrorKind::unhandled_exception);
}

TEST_CASE("an exception before the first await, or while the task is made", "[errors]") {
  const auto residency = both_ways();
  SECTION("in the body") {
    Harness harness(residency, [](OrchestrationContext) -> Task<> {
      const bool fails = true;
      if (fails) {
        throw std::runtime_error("early");
      }
      co_return;
    });
    CHECK(failure_of(harness.start()).message == "early");
  }
  SECTION("of the input") {
    Harness harness(residency,
                    [](OrchestrationContext, int number) -> Task<int> { co_return number; });
    CHECK(failure_of(harness.start("no number")).kind == ErrorKind::invalid_payload);
  }
}

TEST_CASE("a wrong argument is told to the code, and nothing is recorded", "[errors]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    int refused = 0;
    const auto refuse = [&](auto call) {
      try {
        call();
      } catch (const OrchestrationError& error) {
        refused += error.details().kind == ErrorKind::invalid_input ? 1 : 100;
      }
    };
    refuse([&] { (void)ctx.schedule_activity(""); });
    refuse([&] { (void)ctx.schedule_activity(std::string(256, 'x')); });
    refuse([&] { (void)ctx.schedule_activity("\xff"); });
    refuse([&] { (void)ctx.schedule_timer(-1ms); });
    refuse([&] { (void)ctx.schedule_timer(std::chrono::hours::max()); });
    refuse([&] {
      (void)ctx.schedule_sub_orchestration("C", "", SubOrchestrationOptions().version("one"));
    });
    refuse([&] { ctx.schedule_orchestration("C", ""); });
    co_return std::to_string(refused);
  });
  CHECK(output_of(harness.start()) == "7");
  CHECK(harness.history().size() == 2);
}

TEST_CASE("cancellation ends the execution and closes everything", "[cancellation]") {
  Harness harness(both_ways(), one_of_each);
  (void)harness.start();
  const auto result = harness.turn(work::CancelInstance{"i", "enough"});
  const auto details = failure_of(result);
  CHECK(details.is_cancelled());
  CHECK(details.message == "enough");
  CHECK(details.to_string() == "canceled: enough");
  check_all_closed(result);
  CHECK(harness.turn(work::CancelInstance{"i", "again"}).events.empty());
}

TEST_CASE("cancellation in the batch of the start", "[cancellation]") {
  Harness harness(both_ways(), one_of_each);
  const auto result = harness.start("", {work::CancelInstance{"i", "early"}});
  CHECK(failure_of(result).is_cancelled());
  CHECK(result.activities.empty());
  CHECK(result.timers.empty());
  CHECK(result.messages.empty());
}

TEST_CASE("a cancellation in the batch of the start comes before any code", "[cancellation]") {
  bool began = false;
  Harness harness(Residency::resident, [&began](OrchestrationContext ctx) -> Task<> {
    began = true;
    ctx.schedule_orchestration("Other", "other-1");
    co_return;
  });
  const auto result =
      harness.start("", {Harness::raised("E", ""), work::CancelInstance{"i", "early"}});
  CHECK(failure_of(result).is_cancelled());
  CHECK_FALSE(began);
  CHECK(harness.types() == std::vector<std::string>{"OrchestrationStarted",
                                                    "OrchestrationCancelRequested",
                                                    "OrchestrationFailed"});
}

TEST_CASE("a cancellation behind a continue-as-new is the next execution's",
          "[cancellation][continue-as-new]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<> {
    const auto wait = 1s;
    co_await ctx.schedule_timer(wait);
    co_await ctx.continue_as_new("next");
  });
  (void)harness.start();
  const auto result = harness.turn({harness.timer_fired(2), work::CancelInstance{"i", "enough"}});
  REQUIRE(std::holds_alternative<replay::ContinuedAsNew>(result.outcome));
  REQUIRE(result.messages.size() == 2);
  CHECK(std::holds_alternative<work::ContinueAsNew>(result.messages[0]));
  CHECK(result.messages[1] == WorkItem(work::CancelInstance{"i", "enough"}));
}

TEST_CASE("a cancelled child does not make its parent cancelled", "[cancellation][children]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    auto text = co_await ctx.schedule_sub_orchestration("Child");
    co_return text;
  });
  (void)harness.start();
  const auto details = failure_of(harness.turn(
      work::SubOrchFailed{"i", 1, 2, application_error(ErrorKind::cancelled, "enough")}));
  CHECK_FALSE(details.is_cancelled());
  CHECK(details.message == "canceled: enough");
}

TEST_CASE("an orchestration that ends leaves nothing open", "[history][activities][cancellation]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    auto activity = ctx.schedule_activity("A");
    auto timer = ctx.schedule_timer(1h);
    auto wait = ctx.wait_for_external_event("E");
    auto child = ctx.schedule_sub_orchestration("C");
    auto done = co_await ctx.wait_for_external_event("Done");
    co_return done;
  });
  (void)harness.start();
  const auto result = harness.turn(Harness::raised("Done", "x"));
  CHECK(output_of(result) == "x");
  check_all_closed(result);
}

TEST_CASE("a parent is told the end of its child", "[children]") {
  const bool fails = GENERATE(false, true);
  Harness harness(both_ways(), [fails](OrchestrationContext) -> Task<std::string> {
    const std::string text = "result";
    if (fails) {
      throw std::runtime_error("no");
    }
    co_return text;
  });
  const auto result =
      harness.turn(work::StartOrchestration{"i", "Test", "", {}, ParentLink{"p", 3, 7}});
  REQUIRE(result.messages.size() == 1);
  if (fails) {
    const auto& told = std::get<work::SubOrchFailed>(result.messages[0]);
    CHECK(told.details.message == "no");
    CHECK(told.execution_id == 3);
  } else {
    CHECK(result.messages[0] == WorkItem(work::SubOrchCompleted{"p", 3, 7, "result"}));
  }
}

TEST_CASE("continue-as-new ends the execution, keeps the parent, and cancels what is open",
          "[cancellation][children][continue-as-new]") {
  const bool awaited = GENERATE(true, false);
  Harness harness(both_ways(), [awaited](OrchestrationContext ctx) -> Task<std::string> {
    auto open = ctx.schedule_activity("Open");
    co_await ctx.schedule_activity("A");
    if (awaited) {
      co_await ctx.continue_as_new(2, "3.0.0");
    } else {
      ctx.continue_as_new(2, "3.0.0").take();
    }
    co_return "ignored";
  });
  (void)harness.turn(work::StartOrchestration{"i", "Test", "", {}, ParentLink{"p", 3, 7}});
  const auto result = harness.turn(harness.activity_completed(3, ""));
  REQUIRE(std::holds_alternative<replay::ContinuedAsNew>(result.outcome));
  CHECK(result.cancelled_activities == std::vector<std::uint64_t>{2});
  REQUIRE(result.messages.size() == 1);
  CHECK(result.messages[0] ==
        WorkItem(work::ContinueAsNew{"i", 2, "Test", "2", "3.0.0", ParentLink{"p", 3, 7}, {}}));
  CHECK(harness.types().back() == "OrchestrationContinuedAsNew");
}

TEST_CASE("messages of another execution change nothing", "[messages][continue-as-new]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    auto text = co_await ctx.schedule_activity("A");
    co_return text;
  });
  (void)harness.start();
  CHECK(harness.turn(work::ActivityCompleted{"i", 2, 2, "future"}).events.empty());
  CHECK(harness.turn(work::ActivityCompleted{"i", 0, 2, "past"}).events.empty());
  CHECK(output_of(harness.turn(harness.activity_completed(2, "now"))) == "now");
}

TEST_CASE("repeated completions and starts change nothing", "[messages][starts]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    std::string text = (co_await ctx.schedule_activity("A").as_result()).error().message;
    text += co_await ctx.schedule_activity("B");
    co_return text;
  });
  (void)harness.start();
  (void)harness.turn({harness.activity_failed(2, "1"), harness.activity_failed(2, "2"),
                      harness.activity_completed(2, "3")});
  const auto size = harness.history().size();
  CHECK(still_running(harness.turn(
      {harness.activity_failed(2, "4"), work::StartOrchestration{"i", "Other", "", {}, {}}})));
  CHECK(harness.history().size() == size);
  CHECK(output_of(harness.turn(harness.activity_completed(4, "b"))) == "1b");
}

TEST_CASE("is_replaying and logging: each line once", "[log][replay]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    std::string seen = ctx.is_replaying() ? "r" : "n";
    ctx.log_info("start");
    co_await ctx.schedule_activity("A");
    ctx.log_warn("middle");
    co_await ctx.schedule_activity("B");
    seen += ctx.is_replaying() ? "r" : "n";
    ctx.log_info("end");
    co_return seen;
  });
  (void)harness.start();
  (void)harness.turn(harness.activity_completed(2, ""));
  (void)harness.turn(Harness::raised("Nothing", ""));  // a turn that adds no step
  const auto seen = output_of(harness.turn(harness.activity_completed(4, "")));
  CHECK(seen.back() == 'n');
  REQUIRE(harness.logged.size() == 3);
  CHECK(harness.logged[1].message == "middle");
  CHECK(harness.logged[1].level == LogLevel::warn);
  CHECK(harness.logged[1].instance == "i");
}

TEST_CASE("history_size is the same when it is replayed", "[history][replay]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    std::string sizes = std::to_string(ctx.history_size());
    for (int i = 0; i < 3; ++i) {
      co_await ctx.schedule_activity("A", sizes);
      sizes += "," + std::to_string(ctx.history_size());
    }
    co_return sizes;
  });
  (void)harness.start();
  (void)harness.turn(harness.activity_completed(2, ""));
  (void)harness.turn(harness.activity_completed(4, ""));
  CHECK(output_of(harness.turn(harness.activity_completed(6, ""))) == "1,3,5,7");
}

TEST_CASE("a warning and a limit for the size of a history", "[history][limits]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<> {
    bool forever = true;
    while (forever) {
      co_await ctx.schedule_activity("A");
    }
  });
  harness.services.history_warning = 4;
  harness.services.history_limit = 6;
  (void)harness.start();
  (void)harness.turn(harness.activity_completed(2, ""));
  (void)harness.turn(harness.activity_completed(4, ""));
  const auto result = harness.turn(harness.activity_completed(6, ""));
  const auto details = failure_of(result);
  CHECK(details.kind == ErrorKind::limit_exceeded);
  CHECK_THAT(details.message, Catch::Contains("limit is 6"));
  CHECK(harness.logged.size() == 1);
}

TEST_CASE("an execution can be failed without its code", "[errors]") {
  const auto no_code = std::make_shared<const OrchestrationHandler>();
  Harness harness(Residency::rebuilt, one_of_each);
  replay::TurnServices services;
  services.now = [] { return from_milliseconds(1); };
  replay::Execution execution({"i", 1, "Test", "1.0.0", no_code}, services);
  SECTION("before its first turn: the start is recorded, and a parent told") {
    const auto result =
        execution.fail({}, {work::StartOrchestration{"i", "Test", "in", {}, ParentLink{"p", 1, 2}}},
                       application_error(ErrorKind::poisoned_orchestration, "too often"));
    CHECK(failure_of(result).message == "too often");
    REQUIRE(result.events.size() == 2);
    CHECK(result.messages.size() == 1);
  }
  SECTION("as cancelled") {
    const auto result = execution.fail({}, {work::StartOrchestration{"i", "Test", "in", {}, {}}},
                                       application_error(ErrorKind::cancelled, "enough"));
    CHECK(failure_of(result).is_cancelled());
    CHECK(result.events.size() == 3);
  }
  SECTION("later: everything open is closed") {
    (void)harness.start();
    const auto result = execution.fail(harness.history(), {Harness::raised("E", "")},
                                       application_error(ErrorKind::poisoned_orchestration, "x"));
    CHECK(failure_of(result).message == "x");
    check_all_closed(result);
    CHECK(result.events.front().event_id == harness.history().size() + 1);
  }
}

TEST_CASE("messages for an execution that has its end change nothing", "[messages]") {
  const EventKind completed = event::OrchestrationCompleted{"out"};
  const EventKind failed =
      event::OrchestrationFailed{application_error(ErrorKind::orchestration_failed, "no")};
  const EventKind continued = event::OrchestrationContinuedAsNew{"next", std::nullopt};
  const EventKind schedule = event::ActivityScheduled{"Late", ""};
  const auto ends = GENERATE_COPY(
      values<std::vector<EventKind>>({{completed},
                                      {failed},
                                      {continued},
                                      {completed, failed},
                                      {completed, schedule},
                                      {failed, event::OrchestrationCancelRequested{"late"}}}));
  Harness harness(Residency::rebuilt, one_of_each);
  (void)harness.start();
  auto history = harness.history();
  for (const EventKind& kind : ends) {
    history.push_back({history.size() + 1, 0, from_milliseconds(9'000), kind});
  }
  replay::TurnServices services;
  services.now = [] { return from_milliseconds(1); };
  bool began = false;
  const auto code = [&began](OrchestrationContext) -> Task<> {
    began = true;
    co_return;
  };
  replay::Execution execution(
      {"i", 1, "Test", "1.0.0",
       std::make_shared<const OrchestrationHandler>(detail::make_orchestration_handler(code))},
      services);
  const std::vector<WorkItem> messages{
      work::CancelInstance{"i", "late"}, harness.activity_completed(2, ""), harness.timer_fired(3),
      Harness::raised("E", ""), work::StartOrchestration{"i", "Test", "", {}, {}}};
  replay::TurnResult result;
  SECTION("in a turn") {
    execution.replay(history);
    result = execution.run(messages);
    CHECK(execution.history_size() == history.size());
  }
  SECTION("not even a failure without its code") {
    result = execution.fail(history, messages,
                            application_error(ErrorKind::poisoned_orchestration, "too often"));
  }
  CHECK(still_running(result));
  CHECK(result.events.empty());
  CHECK(result.messages.empty());
  CHECK(result.activities.empty());
  CHECK(result.cancelled_activities.empty());
  CHECK(result.cancelled_timers.empty());
  CHECK_FALSE(began);
}

TEST_CASE("whatever ends it, nothing stays open", "[history][activities][cancellation]") {
  const auto residency = both_ways();
  const auto until_done = [](bool fails) {
    return [fails](OrchestrationContext ctx) -> Task<> {
      auto activity = ctx.schedule_activity("A");
      auto timer = ctx.schedule_timer(1h);
      auto wait = ctx.wait_for_external_event("E");
      auto child = ctx.schedule_sub_orchestration("C");
      co_await ctx.wait_for_external_event("Done");
      if (fails) {
        throw std::runtime_error("thrown");
      }
      co_await ctx.schedule_timer(1h);
    };
  };
  SECTION("an exception") {
    Harness harness(residency, until_done(true));
    (void)harness.start();
    const auto result = harness.turn(Harness::raised("Done", ""));
    CHECK(failure_of(result).message == "thrown");
    check_all_closed(result);
  }
  SECTION("its limit") {
    Harness harness(residency, until_done(false));
    harness.services.history_limit = 7;
    (void)harness.start();
    const auto result = harness.turn(Harness::raised("Done", ""));
    CHECK(failure_of(result).kind == ErrorKind::limit_exceeded);
    CHECK(result.timers.empty());
    check_all_closed(result);
  }
  SECTION("code that is not the same any more") {
    Harness harness(residency, until_done(false));
    (void)harness.start();
    harness.swap_code([](OrchestrationContext) -> Task<> { co_return; });
    const auto result = harness.turn(Harness::raised("Other", ""));
    CHECK(failure_of(result).kind == ErrorKind::nondeterminism);
    check_all_closed(result);
  }
}

TEST_CASE("a limit that is exceeded keeps no message to others back", "[limits][history]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<> {
    const std::string input = "in";
    ctx.schedule_orchestration("Other", "other-1", input);
    co_await ctx.schedule_activity("A", input);
  });
  harness.services.history_limit = 2;
  const auto result =
      harness.turn(work::StartOrchestration{"i", "Test", "", {}, ParentLink{"p", 3, 7}});
  CHECK(failure_of(result).kind == ErrorKind::limit_exceeded);
  CHECK(result.activities.empty());
  REQUIRE(result.messages.size() == 2);
  CHECK(std::get<work::StartOrchestration>(result.messages[0]).instance == "other-1");
  CHECK(std::get<work::SubOrchFailed>(result.messages[1]).details.kind ==
        ErrorKind::limit_exceeded);
  CHECK(harness.types() == std::vector<std::string>{"OrchestrationStarted", "OrchestrationChained",
                                                    "ActivityScheduled", "ActivityCancelRequested",
                                                    "OrchestrationFailed"});
}
