// What every provider must do when an instance that was rewound starts its children once more.

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <catch2/catch.hpp>

#include "conformance/acting_steps.hpp"

namespace duroxide::conformance_children_again_test {

using namespace duroxide::provider;
using namespace duroxide::conformance;

namespace {

Event event_of(EventKind kind, std::uint64_t source = 0) {
  return Event{0, source, from_milliseconds(7), std::move(kind)};
}

/// The instance that is handed out next, whose id this is.
OrchestrationItem turn_of(World& world, const std::string& id) {
  auto item = world.fetch_one();
  REQUIRE(item.instance == id);
  return item;
}

/// An ack that goes on from `before` and starts `child` as the child of its event 2.
AckOrchestrationItem starting(const OrchestrationItem& item, const std::string& child,
                              std::vector<Event> before = {}) {
  before.push_back(event_of(event::SubOrchestrationScheduled{"Child", {}, child, "input"}));
  auto ack = ack_of(item, std::move(before));
  ack.orchestrator_items = {child_item(child, item.instance)};
  return ack;
}

/// The turn fails its instance, behind `before`, and tells the parent, whose event 2 it is.
void fail(World& world, const OrchestrationItem& item, std::vector<Event> before,
          const std::string& parent = {}) {
  auto ack = fail_of(item);
  const ErrorDetails why = ack.metadata.failure.value();
  before.push_back(event_of(event::OrchestrationFailed{why}));
  ack.events = ack_of(item, std::move(before)).events;
  if (!parent.empty()) {
    ack.orchestrator_items = {work::SubOrchFailed{parent, 1, 2, why}};
  }
  world.ack(ack).value();
}

/// As `fail`, of one whose child has failed.
void fail_with_child(World& world, const std::string& id, const std::string& parent = {}) {
  const auto item = turn_of(world, id);
  REQUIRE(item.messages.size() == 1);
  const auto* told = std::get_if<work::SubOrchFailed>(&item.messages.front());
  REQUIRE(told != nullptr);
  fail(world, item, {event_of(event::SubOrchestrationFailed{told->details}, 2)}, parent);
}

/// Begins, and fails once its activity has, which is event 2. The parent is told.
void fail_by_activity(World& world, const std::string& id, const std::string& parent) {
  const auto item = turn_of(world, id);
  auto ack = ack_of(item, {started_event("Child"), scheduled_event(2)});
  ack.worker_items = {activity(item, 2)};
  world.ack(ack).value();
  const auto worked = world.fetch_work();
  REQUIRE(worked.size() == 1);
  const ErrorDetails no = application_error(ErrorKind::activity_failed, "no");
  world
      .ask<Done>(*world.worker,
                 AckWorker{worked.front().lock_token, work::ActivityFailed{id, 1, 2, no}})
      .value();
  fail(world, turn_of(world, id), {event_of(event::ActivityFailed{no}, 2)}, parent);
}

/// Takes `p` back to its start, before it has started its child.
void rewind_to_start(World& world) {
  RewindOptions to_the_start;
  to_the_start.event_id = 1;
  REQUIRE(world.manage<Answer<RestoredInstance>>(management::RewindInstance{"p", to_the_start}));
}

/// The activity that `id` had failed by is handed out again, alone, and succeeds.
void complete_activity(World& world, const std::string& id) {
  const auto worked = world.fetch_work(10);
  REQUIRE(worked.size() == 1);
  CHECK(worked.front().item.instance == id);
  CHECK(worked.front().item.id == 2);
  world.complete(worked.front(), "yes").value();
}

void check_sound(World& world) {
  const auto report = world.manage<Answer<VerifyReport>>(management::VerifyStore{}).value();
  INFO((report.problems.empty() ? "" : report.problems.front().what));
  CHECK(report.is_clean());
}

}  // namespace

TEST_CASE("a turn that starts a child once more takes it up again if it had failed",
          "[conformance][children][restore][management]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("p");
  world.ack(starting(turn_of(world, "p"), "c", {started_event()})).value();
  fail_by_activity(world, "c", "p");
  fail_with_child(world, "p");
  rewind_to_start(world);
  CHECK(world.status("c").is_failed());  // nobody has asked for it yet
  world.ack(starting(turn_of(world, "p"), "c")).value();
  CHECK(world.status("c").is_running());
  CHECK(world.history("c").size() == 2);
  CHECK(world.history("p").size() == 2);
  check_sound(world);
  complete_activity(world, "c");
  const auto item = turn_of(world, "c");
  auto ack = complete_of(item, "tea");
  ack.events = ack_of(item, {event_of(event::ActivityCompleted{"yes"}, 2),
                             event_of(event::OrchestrationCompleted{"tea"})})
                   .events;
  ack.orchestrator_items = {work::SubOrchCompleted{"p", 1, 2, "tea"}};
  world.ack(ack).value();
  CHECK(turn_of(world, "p").messages ==
        std::vector<WorkItem>{work::SubOrchCompleted{"p", 1, 2, "tea"}});
  check_sound(world);
}

TEST_CASE("with a child that is started once more its own children are taken up",
          "[conformance][children][restore][management]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("p");
  world.ack(starting(turn_of(world, "p"), "c", {started_event()})).value();
  world.ack(starting(turn_of(world, "c"), "d", {started_event("Child")})).value();
  fail_by_activity(world, "d", "c");
  fail_with_child(world, "c", "p");
  fail_with_child(world, "p");
  rewind_to_start(world);
  world.ack(starting(turn_of(world, "p"), "c")).value();
  CHECK(world.status("c").is_running());
  CHECK(world.status("d").is_running());
  check_sound(world);
  complete_activity(world, "d");
}

TEST_CASE("a start once more takes up no failed instance that is another",
          "[conformance][children][restore][management]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("p");
  world.ack(starting(turn_of(world, "p"), "c", {started_event()})).value();
  fail_by_activity(world, "c", "p");
  fail_with_child(world, "p");
  rewind_to_start(world);
  const auto item = turn_of(world, "p");
  auto other =
      ack_of(item, {event_of(event::SubOrchestrationScheduled{"Child", {}, "c", "another"})});
  other.orchestrator_items = {
      work::StartOrchestration{"c", "Child", "another", {}, ParentLink{"p", 1, 2}, {}}};
  world.ack(other).value();
  CHECK(world.status("c").is_failed());
  const auto told = turn_of(world, "p").messages;
  REQUIRE(told.size() == 1);
  const auto* failed = std::get_if<work::SubOrchFailed>(&told.front());
  REQUIRE(failed != nullptr);
  CHECK(failed->details.kind == ErrorKind::instance_already_exists);
  check_sound(world);
}

TEST_CASE("a turn whose lease is over takes up no child",
          "[conformance][children][restore][management]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("p");
  world.ack(starting(turn_of(world, "p"), "c", {started_event()})).value();
  fail_by_activity(world, "c", "p");
  fail_with_child(world, "p");
  rewind_to_start(world);
  const auto late = starting(turn_of(world, "p"), "c");
  terminate(world, "p").value();
  CHECK(world.ack(late).error().kind == ProviderError::Kind::invalid_lock_token);
  CHECK(world.status("c").is_failed());
  check_sound(world);
}

}  // namespace duroxide::conformance_children_again_test
