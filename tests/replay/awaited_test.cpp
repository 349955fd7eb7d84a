// Children that outlive their parent, and waiting for the end of an instance by its id.

#include <catch2/catch.hpp>

#include "replay/harness.hpp"

namespace duroxide::awaited_test {

using namespace duroxide;
using namespace duroxide::replay;
using namespace duroxide::replay::test;

namespace {

const ParentLink second_event{"i", 1, 2};

std::vector<WorkItem> cancellations_in(const TurnResult& turn) {
  std::vector<WorkItem> found;
  for (const WorkItem& message : turn.messages) {
    if (std::holds_alternative<work::CancelInstance>(message)) {
      found.push_back(message);
    }
  }
  return found;
}

SubOrchestrationOptions outliving(std::string id) {
  return SubOrchestrationOptions().instance_id(std::move(id)).outlives_parent();
}

Task<std::string> awaits_other(OrchestrationContext ctx) {
  const std::string output = co_await ctx.await_instance("other");
  co_return "it said " + output;
}

}  // namespace

TEST_CASE("the end of an instance is awaited by its id", "[awaited]") {
  Harness harness(both_ways(), awaits_other);
  const auto first = harness.start();
  REQUIRE(first.messages.size() == 1);
  CHECK(first.messages[0] == WorkItem(work::AwaitInstance{"other", second_event}));
  CHECK(harness.turn(work::AwaitedCompleted{"i", 2, 2, "of another execution"}).events.empty());
  CHECK(output_of(harness.turn(work::AwaitedCompleted{"i", 1, 2, "hello"})) == "it said hello");
  CHECK(harness.types() == std::vector<std::string>{"OrchestrationStarted", "InstanceAwaited",
                                                    "AwaitedCompleted", "OrchestrationCompleted"});
}

TEST_CASE("the failure of an awaited instance is thrown at the await", "[awaited][errors]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    std::string said;
    try {
      said = co_await ctx.await_instance("other");
    } catch (const SubOrchestrationFailed& failed) {
      said = failed.details().message;
    }
    co_return said;
  });
  (void)harness.start();
  const auto failed = application_error(ErrorKind::orchestration_failed, "no luck", "other");
  CHECK(output_of(harness.turn(work::AwaitedFailed{"i", 1, 2, failed})) == "no luck");
}

TEST_CASE("whoever no longer waits for an end takes that back", "[awaited][cancellation]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    const std::string way = ctx.instance_id();
    { auto at_once = ctx.await_instance("one"); }
    auto waits = ctx.await_instance("other");
    (void)co_await ctx.schedule_activity("A");
    co_return way;
  });
  const auto first = harness.start();
  // What has not gone out is not asked for.
  CHECK(first.messages ==
        std::vector<WorkItem>{work::AwaitInstance{"other", ParentLink{"i", 1, 4}}});
  const auto last = harness.turn(harness.activity_completed(5, ""));
  CHECK(last.messages ==
        std::vector<WorkItem>{work::AwaitInstance{"other", ParentLink{"i", 1, 4}, true}});
  CHECK(harness.types() == std::vector<std::string>{
                               "OrchestrationStarted", "InstanceAwaited", "InstanceAwaitCancelled",
                               "InstanceAwaited", "ActivityScheduled", "ActivityCompleted",
                               "InstanceAwaitCancelled", "OrchestrationCompleted"});
}

TEST_CASE("nobody awaits the own end, nor one without a name", "[awaited]") {
  const std::string id = GENERATE(as<std::string>(), "i", "");
  Harness harness(both_ways(), [id](OrchestrationContext ctx) -> Task<std::string> {
    const std::string wrong = id;
    co_return co_await ctx.await_instance(wrong);
  });
  const auto details = failure_of(harness.start());
  CHECK(details.category == ErrorCategory::configuration);
  CHECK(harness.types() == std::vector<std::string>{"OrchestrationStarted", "OrchestrationFailed"});
}

TEST_CASE("another instance to await is another decision", "[awaited][nondeterminism]") {
  Harness harness(Residency::rebuilt, awaits_other);
  (void)harness.start();
  harness.swap_code([](OrchestrationContext ctx) -> Task<std::string> {
    const std::string another = "another";
    co_return co_await ctx.await_instance(another);
  });
  CHECK(failure_of(harness.turn(work::AwaitedCompleted{"i", 1, 2, ""})).kind ==
        ErrorKind::nondeterminism);
}

TEST_CASE("a child that outlives its parent is not cancelled with it", "[awaited][children]") {
  const bool outlives = GENERATE(true, false);
  const bool continues = GENERATE(true, false);
  Harness harness(both_ways(), [=](OrchestrationContext ctx) -> Task<std::string> {
    auto options = SubOrchestrationOptions().instance_id("kid").outlives_parent(outlives);
    auto kid = ctx.schedule_sub_orchestration("Child", std::string(), options);
    co_await ctx.schedule_timer(std::chrono::seconds(1));
    if (continues) {
      co_await ctx.continue_as_new(std::string("next"));
    }
    co_return "left";
  });
  (void)harness.start();
  const auto last = harness.turn(harness.timer_fired(3));
  CHECK(cancellations_in(last).size() == (outlives ? 0 : 1));
  const auto& history = harness.history();
  const auto& given_up =
      std::get<event::SubOrchestrationCancelRequested>(history.at(history.size() - 2).kind);
  CHECK((given_up.reason.find("the child goes on") != std::string::npos) == outlives);
}

TEST_CASE("a child that outlives its parent is started although its future is dropped",
          "[awaited][children]") {
  const bool later = GENERATE(true, false);
  Harness harness(both_ways(), [later](OrchestrationContext ctx) -> Task<std::string> {
    auto options = outliving("kid");
    {
      auto kid = ctx.schedule_sub_orchestration("Child", std::string(), options);
      if (later) {
        co_await ctx.schedule_timer(std::chrono::seconds(1));
      }
    }
    co_return "left";
  });
  auto turn = harness.start();
  CHECK(std::get<work::StartOrchestration>(turn.messages.at(0)).instance == "kid");
  if (later) {
    turn = harness.turn(harness.timer_fired(3));
  }
  CHECK(output_of(turn) == "left");
  CHECK(cancellations_in(turn).empty());
}

TEST_CASE("what is recorded says whether a child outlives its parent", "[awaited][replay]") {
  const auto code = [](bool outlives) {
    return [outlives](OrchestrationContext ctx) -> Task<std::string> {
      auto options = SubOrchestrationOptions().instance_id("kid").outlives_parent(outlives);
      auto kid = ctx.schedule_sub_orchestration("Child", std::string(), options);
      co_await ctx.schedule_timer(std::chrono::seconds(1));
      co_return "left";
    };
  };
  Harness harness(Residency::rebuilt, code(true));
  (void)harness.start();
  harness.swap_code(code(false));
  const auto last = harness.turn(harness.timer_fired(3));
  CHECK(output_of(last) == "left");
  CHECK(cancellations_in(last).empty());
}

}  // namespace duroxide::awaited_test
