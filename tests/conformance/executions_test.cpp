// What every provider must do with the life of an instance: its end, its next execution, its
// children, and those who wait for it.

#include <catch2/catch.hpp>

#include "conformance/world.hpp"

namespace duroxide::conformance_executions_test {

using namespace duroxide::provider;
using namespace duroxide::conformance;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;

TEST_CASE("status follows the instance", "[conformance][status]") {
  World world(DUROXIDE_EVERY_STORE);
  CHECK(world.status("a").is_not_found());
  world.start("a");
  CHECK(world.status("a").is_running());
  world.ack(complete_of(world.fetch_one(), "42")).value();
  CHECK(world.status("a") == OrchestrationStatus(OrchestrationStatus::Completed{"42"}));
  world.start("b");
  world.ack(fail_of(world.fetch_one(), "no stock")).value();
  REQUIRE(world.status("b").is_failed());
  CHECK(world.status("b").error()->message == "no stock");
}

TEST_CASE("waits are answered when the instance ends", "[conformance][waits]") {
  World world(DUROXIDE_EVERY_STORE);
  CHECK(world.ask<Answer<OrchestrationStatus>>(*world.client, WaitForStatus{"a", 1})
            .value()
            .is_not_found());
  world.start("a");
  const auto first = world.client->ask<Answer<OrchestrationStatus>>(WaitForStatus{"a", 1});
  const auto second = world.client->ask<Answer<OrchestrationStatus>>(WaitForStatus{"a", 2});
  const auto other = world.worker->ask<Answer<OrchestrationStatus>>(WaitForStatus{"a", 1});
  const auto item = world.fetch_one();
  CHECK_FALSE(first.answered());

  world.client->send(StopWaiting{2});
  world.run();
  CHECK(second.value().is_running());
  world.client->send(StopWaiting{77});

  world.ack(complete_of(item, "x")).value();
  CHECK(first.value().output() == "x");
  CHECK(other.value().output() == "x");
  CHECK(world.ask<Answer<OrchestrationStatus>>(*world.client, WaitForStatus{"a", 3})
            .value()
            .output() == "x");
}

TEST_CASE("a wait that follows its start at once is parked", "[conformance][waits]") {
  World world(DUROXIDE_EVERY_STORE);
  const auto started = world.client->ask<Done>(EnqueueOrchestratorWork{start_item("a"), {}, false});
  const auto wait = world.client->ask<Answer<OrchestrationStatus>>(WaitForStatus{"a", 1});
  world.run();
  CHECK(started.answer());
  CHECK_FALSE(wait.answered());
  world.ack(complete_of(world.fetch_one())).value();
  CHECK(wait.value().is_completed());
}

TEST_CASE("the end of an instance clears its inbox", "[conformance][messages][management]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  const auto item = world.fetch_one();
  world.raise("a", "TooLate");
  auto ack = complete_of(item);
  ack.worker_items = {activity(item, 2)};
  ack.timers = {timer(item, 3, world.clock->now() + 1h)};
  ack.cancelled_activities = {2};
  ack.cancelled_timers = {{3, world.clock->now() + 1h}};
  world.ack(ack).value();
  CHECK(world.nothing_to_fetch());
  CHECK(world.manage<Answer<QueueDepths>>(management::GetQueueDepths{}).value() == QueueDepths{});
}

TEST_CASE("continue-as-new begins the next execution",
          "[conformance][continue-as-new][management]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  const auto first = world.fetch_one();
  world.raise("a", "Kept");
  auto ack = continue_of(first, "round 2");
  ack.worker_items = {activity(first, 2)};
  world.ack(ack).value();
  CHECK(world.status("a").is_running());
  CHECK(world.history("a").empty());

  const auto second = world.fetch_one();
  CHECK(second.execution_id == 2);
  CHECK(second.history.empty());
  CHECK(second.history_size == 0);
  REQUIRE(second.messages.size() == 2);
  CHECK(std::get<work::ContinueAsNew>(second.messages.at(0)).input == "round 2");
  CHECK(second.messages.at(1) == raise_item("a", "Kept"));
  world.ack(ack_of(second)).value();

  // What the first execution has asked for is worth nothing to the second.
  world.complete(world.fetch_work().at(0), "late").value();
  CHECK(world.nothing_to_fetch());

  world.raise("a", "End");
  world.ack(complete_of(world.fetch_one())).value();
  CHECK(world.manage<Answer<std::vector<std::uint64_t>>>(management::ListExecutions{"a"}).value() ==
        std::vector<std::uint64_t>{1, 2});
  const auto history = [&](std::uint64_t execution) {
    return world.manage<Answer<std::vector<Event>>>(
        management::ReadExecutionHistory{"a", execution});
  };
  CHECK(history(1).value() == ack.events);
  CHECK(history(2).value().size() == 2);
  CHECK(history(3).error().kind == Kind::invalid_input);
  CHECK(world.history("a") == history(2).value());
}

TEST_CASE("a continue-as-new must fit its execution", "[conformance][continue-as-new]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  const auto item = world.fetch_one();
  auto ack = continue_of(item);
  SECTION("two of them") {
    ack.orchestrator_items.push_back(ack.orchestrator_items.front());
  }
  SECTION("none") {
    ack.orchestrator_items.clear();
  }
  SECTION("another execution") {
    std::get<work::ContinueAsNew>(ack.orchestrator_items.front()).execution_id = 3;
  }
  SECTION("another instance") {
    std::get<work::ContinueAsNew>(ack.orchestrator_items.front()).instance = "b";
  }
  SECTION("an execution that goes on") {
    ack.metadata.status = ExecutionStatus::running;
  }
  CHECK(world.ack(ack).error().kind == Kind::invalid_input);
  CHECK(world.ack(continue_of(item)));
}

TEST_CASE("children start with their parent's ack", "[conformance][children][management]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("p");
  const auto item = world.fetch_one();
  auto ack = ack_of(item);
  ack.orchestrator_items = {start_item("c", "Child", ParentLink{"p", 1, 2})};
  world.ack(ack).value();
  const auto child = world.fetch_one();
  CHECK(child.instance == "c");
  auto end = complete_of(child, "r");
  end.orchestrator_items = {work::SubOrchCompleted{"p", 1, 2, "r"}};
  world.ack(end).value();
  CHECK(world.fetch_one().messages ==
        std::vector<WorkItem>{work::SubOrchCompleted{"p", 1, 2, "r"}});
  const auto info = world.manage<Answer<InstanceInfo>>(management::GetInstanceInfo{"c"}).value();
  CHECK(info.parent_instance_id == "p");
}

TEST_CASE("a parent cannot cancel an instance that is not its child",
          "[conformance][children][cancellation]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("stranger");
  world.ack(ack_of(world.fetch_one())).value();
  world.start("p");
  auto ack = ack_of(world.fetch_one());
  ack.orchestrator_items = {work::CancelInstance{"stranger", "given up", ParentLink{"p", 1, 2}}};
  world.ack(ack).value();
  const auto fetched =
      world.dispatcher->ask<Answer<std::vector<OrchestrationItem>>>(FetchOrchestrationItem{1});
  world.run();
  CHECK_FALSE(fetched.answered());
}

TEST_CASE("a child whose id is taken fails to its parent", "[conformance][children]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("taken");
  world.ack(complete_of(world.fetch_one())).value();
  world.start("p");
  auto ack = ack_of(world.fetch_one());
  ack.orchestrator_items = {start_item("taken", "Child", ParentLink{"p", 1, 2}),
                            start_item("taken", "Detached")};
  world.ack(ack).value();
  const auto item = world.fetch_one();
  REQUIRE(item.instance == "p");
  REQUIRE(item.messages.size() == 1);
  const auto& failed = std::get<work::SubOrchFailed>(item.messages.at(0));
  CHECK(failed.execution_id == 1);
  CHECK(failed.id == 2);
  CHECK(failed.details.kind == ErrorKind::instance_already_exists);
  CHECK(failed.details.subject == "taken");
}

TEST_CASE("a child's answer reaches its parent in a later execution",
          "[conformance][children][continue-as-new]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("p");
  auto ack = continue_of(world.fetch_one());
  ack.orchestrator_items.push_back(start_item("c", "Child", ParentLink{"p", 1, 2}));
  world.ack(ack).value();
  auto items = world.fetch(2);
  const bool parent_first = items.at(0).instance == "p";
  world.ack(ack_of(items.at(parent_first ? 0 : 1))).value();
  auto end = complete_of(items.at(parent_first ? 1 : 0));
  end.orchestrator_items = {work::SubOrchCompleted{"p", 1, 2, "r"}};
  world.ack(end).value();
  CHECK(world.fetch_one().messages ==
        std::vector<WorkItem>{work::SubOrchCompleted{"p", 1, 2, "r"}});
}

TEST_CASE("a turn's messages to nobody are dropped", "[conformance][messages]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  auto ack = complete_of(world.fetch_one());
  ack.orchestrator_items = {raise_item("nobody", "Go"), raise_item("a", "Self"),
                            work::SubOrchCompleted{"gone", 1, 2, ""}};
  CHECK(world.ack(ack));
  CHECK(world.nothing_to_fetch());
}

TEST_CASE("executions that are mixed up are refused", "[conformance][continue-as-new]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  const auto item = world.fetch_one();
  auto ack = ack_of(item);
  SECTION("of the ack") {
    ack.execution_id = 2;
  }
  SECTION("of an activity") {
    ack.worker_items = {activity(item, 2)};
    ack.worker_items.front().execution_id = 7;
  }
  SECTION("of a timer") {
    ack.timers = {timer(item, 2, world.clock->now())};
    ack.timers.front().instance = "b";
  }
  CHECK(world.ack(ack).error().kind == Kind::invalid_input);
}

}  // namespace duroxide::conformance_executions_test
