// What the code sends to other instances.

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "replay/harness.hpp"

namespace duroxide::sending_test {

using namespace duroxide::replay::test;
using Catch::Contains;
using Types = std::vector<std::string>;

TEST_CASE("sending: events, messages and cancellations go out once, with the turn",
          "[events][queues][cancellation][replay]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<> {
    ctx.raise_event("other", "E", 7);
    ctx.enqueue_event("other", "Q", std::string("text"));
    ctx.cancel_instance("another", "enough");
    co_await ctx.wait_for_external_event("Go");
  });
  const auto first = harness.start();
  CHECK(first.messages == std::vector<WorkItem>{work::ExternalRaised{"other", "E", "7"},
                                                work::QueueMessage{"other", "Q", "text"},
                                                work::CancelInstance{"another", "enough", {}}});
  CHECK(harness.types() == Types{"OrchestrationStarted", "EventSent", "QueueMessageSent",
                                 "CancelSent", "ExternalSubscribed"});
  CHECK(harness.turn(Harness::raised("Go", "")).messages.empty());
}

TEST_CASE("sending: what is sent to an instance that the turn starts comes behind the start",
          "[events][children]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<> {
    ctx.schedule_orchestration("Other", "other");
    ctx.raise_event("other", "E");
    co_return;
  });
  const auto result = harness.start();
  REQUIRE(result.messages.size() == 2);
  CHECK(std::holds_alternative<work::StartOrchestration>(result.messages[0]));
  CHECK(std::holds_alternative<work::ExternalRaised>(result.messages[1]));
}

TEST_CASE("sending: what stands before the start of the one it is for goes out before it",
          "[events][children]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<> {
    ctx.raise_event("other", "E");
    ctx.schedule_orchestration("Other", "other");
    co_return;
  });
  const auto result = harness.start();
  REQUIRE(result.messages.size() == 2);
  CHECK(std::holds_alternative<work::ExternalRaised>(result.messages[0]));
  CHECK(std::holds_alternative<work::StartOrchestration>(result.messages[1]));
}

TEST_CASE("sending: wrong arguments, and one's own id, are refused at the call",
          "[events][queues][cancellation][errors]") {
  Harness harness(both_ways(), [](OrchestrationContext ctx) -> Task<std::string> {
    std::string said;
    const auto refused = [&said](const auto& call) {
      try {
        call();
      } catch (const OrchestrationError& error) {
        said += error.details().message + "; ";
      }
    };
    refused([&] { ctx.raise_event(ctx.instance_id(), "E"); });
    refused([&] { ctx.raise_event("", "E"); });
    refused([&] { ctx.raise_event("other", ""); });
    refused([&] { ctx.enqueue_event("other", ""); });
    refused([&] { ctx.cancel_instance(ctx.instance_id()); });
    co_return said;
  });
  const std::string said = output_of(harness.start());
  CHECK_THAT(said, Contains("instance `i` cannot send to itself") && Contains("event name") &&
                       Contains("queue name"));
  CHECK(std::count(said.begin(), said.end(), ';') == 5);
  CHECK(harness.types() == Types{"OrchestrationStarted", "OrchestrationCompleted"});
}

}  // namespace duroxide::sending_test
