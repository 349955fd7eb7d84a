// What every provider must do when a turn waits for the end of an instance.

#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "conformance/acting_steps.hpp"

namespace duroxide::conformance_awaited_test {

using namespace duroxide::provider;
using namespace duroxide::conformance;

namespace {

Event event_of(EventKind kind, std::uint64_t source = 0) {
  return Event{0, source, from_milliseconds(7), std::move(kind)};
}

/// `a` begins, and waits as event 2 for the end of `instance`.
void await(World& world, const std::string& instance) {
  world.start("a");
  const auto item = world.fetch_one();
  REQUIRE(item.instance == "a");
  auto ack = ack_of(item, {started_event(), event_of(event::InstanceAwaited{instance})});
  ack.orchestrator_items = {work::AwaitInstance{instance, ParentLink{"a", 1, 2}}};
  world.ack(ack).value();
}

/// `other` has begun.
void start_other(World& world) {
  world.start("other");
  world.ack(ack_of(world.fetch_one(), {started_event()})).value();
}

OrchestrationItem turn_of_other(World& world) {
  world.raise("other", "Go");
  auto item = world.fetch_one();
  REQUIRE(item.instance == "other");
  return item;
}

/// Acks of a turn that ends the execution, with its last event.
AckOrchestrationItem ended(const OrchestrationItem& item, AckOrchestrationItem ack, EventKind end) {
  Event last = event_of(std::move(end));
  last.event_id = item.history_size + 1;
  ack.events = {std::move(last)};
  return ack;
}
AckOrchestrationItem completing(const OrchestrationItem& item) {
  return ended(item, complete_of(item, "tea"), event::OrchestrationCompleted{"tea"});
}
AckOrchestrationItem failing(const OrchestrationItem& item) {
  auto ack = fail_of(item, "broken");
  const ErrorDetails why = ack.metadata.failure.value();
  return ended(item, std::move(ack), event::OrchestrationFailed{why});
}
AckOrchestrationItem continuing(const OrchestrationItem& item) {
  return ended(item, continue_of(item), event::OrchestrationContinuedAsNew{"next", {}});
}

WorkItem told(World& world) {
  const auto item = world.fetch_one();
  REQUIRE(item.instance == "a");
  REQUIRE(item.messages.size() == 1);
  return item.messages.front();
}
ErrorDetails failure_told(World& world) {
  const WorkItem message = told(world);
  const auto* failed = std::get_if<work::AwaitedFailed>(&message);
  REQUIRE(failed != nullptr);
  CHECK(failed->id == 2);
  return failed->details;
}

/// `a` begins, starts `other` as its child, event 2, and waits as event 3 for its end besides.
void start_and_await_child(World& world) {
  world.start("a");
  auto ack = ack_of(
      world.fetch_one(),
      {started_event(), event_of(event::SubOrchestrationScheduled{"Child", {}, "other", "input"}),
       event_of(event::InstanceAwaited{"other"})});
  ack.orchestrator_items = {start_item("other", "Child", ParentLink{"a", 1, 2}),
                            work::AwaitInstance{"other", ParentLink{"a", 1, 3}}};
  world.ack(ack).value();
}

/// `a` is woken, and hears of no failure; `other` completes, and then `a` is told so.
void go_on_and_complete(World& world) {
  bool completes = false;
  for (const OrchestrationItem& item : world.fetch(10)) {
    if (item.instance == "other") {
      completes = true;
      auto ack = completing(item);
      if (item.history_size == 0) {
        ack.events = ack_of(item, {started_event(), ack.events.front()}).events;
      }
      ack.orchestrator_items = {work::SubOrchCompleted{"a", 1, 2, "tea"}};
      world.ack(ack).value();
      continue;
    }
    for (const WorkItem& message : item.messages) {
      CHECK_FALSE(std::holds_alternative<work::AwaitedFailed>(message));
    }
    world.ack(ack_of(item, {event_of(event::GuidRecorded{"g"})})).value();
  }
  REQUIRE(completes);
  CHECK(world.fetch_one().messages ==
        std::vector<WorkItem>{work::SubOrchCompleted{"a", 1, 2, "tea"},
                              work::AwaitedCompleted{"a", 1, 3, "tea"}});
}

bool is_sound(World& world) {
  const auto report = world.manage<Answer<VerifyReport>>(management::VerifyStore{}).value();
  if (!report.is_clean()) {
    UNSCOPED_INFO(report.problems.front().what);
  }
  return report.is_clean();
}

const WorkItem completed{work::AwaitedCompleted{"a", 1, 2, "tea"}};

}  // namespace

TEST_CASE("whoever waits for the end of an instance is told its output",
          "[conformance][awaited][management]") {
  World world(DUROXIDE_EVERY_STORE);
  start_other(world);
  const bool has_ended = GENERATE(true, false);
  if (has_ended) {
    world.ack(completing(turn_of_other(world))).value();
  }
  await(world, "other");
  if (!has_ended) {
    CHECK(world.nothing_to_fetch());
    CHECK(is_sound(world));
    world.ack(completing(turn_of_other(world))).value();
  }
  CHECK(is_sound(world));
  CHECK(told(world) == completed);
}

TEST_CASE("an instance that is awaited may continue as new", "[conformance][awaited]") {
  World world(DUROXIDE_EVERY_STORE);
  start_other(world);
  await(world, "other");
  world.ack(continuing(turn_of_other(world))).value();
  const auto next = world.fetch_one();
  CHECK(next.instance == "other");
  world.ack(complete_of(next, "tea")).value();
  CHECK(told(world) == completed);
}

TEST_CASE("whoever waits for the end of an instance is told why it has none",
          "[conformance][awaited][errors][management]") {
  World world(DUROXIDE_EVERY_STORE);
  start_other(world);
  const std::string way =
      GENERATE(as<std::string>(), "fails", "is terminated", "is deleted", "is missing");
  INFO(way);
  await(world, way == "is missing" ? "nobody" : "other");
  if (way == "fails") {
    world.ack(failing(turn_of_other(world))).value();
  } else if (way == "is terminated") {
    terminate(world, "other", "enough").value();
  } else if (way == "is deleted") {
    REQUIRE(delete_now(world, {"other"}, true));
  }
  CHECK(is_sound(world));
  const auto details = failure_told(world);
  if (way == "fails") {
    CHECK(details.message == "broken");
    CHECK(details.chain.back().instance == "other");
  } else if (way == "is terminated") {
    CHECK(details.is_cancelled());
  } else {
    CHECK(details.kind == ErrorKind::invalid_input);
    CHECK_FALSE(details.message.empty());
  }
}

TEST_CASE("who waits no more for the end of an instance hears nothing of it",
          "[conformance][awaited][management]") {
  World world(DUROXIDE_EVERY_STORE);
  start_other(world);
  await(world, "other");
  const std::string way =
      GENERATE(as<std::string>(), "gives up", "continues as new", "is terminated", "is deleted");
  INFO(way);
  const WorkItem given_up{work::AwaitInstance{"other", ParentLink{"a", 1, 2}, true}};
  if (way == "is terminated") {
    terminate(world, "a").value();
  } else if (way == "is deleted") {
    REQUIRE(delete_now(world, {"a"}, true));
  } else {
    world.raise("a", "Go");
    const auto item = world.fetch_one();
    auto ack = way == "gives up"
                   ? ack_of(item, {event_of(event::InstanceAwaitCancelled{"dropped"}, 2)})
                   : continuing(item);
    ack.orchestrator_items.push_back(given_up);
    world.ack(ack).value();
    if (way == "continues as new") {
      world.ack(ack_of(world.fetch_one(), {started_event()})).value();
    }
  }
  CHECK(is_sound(world));
  world.ack(completing(turn_of_other(world))).value();
  CHECK(world.nothing_to_fetch());
  CHECK(is_sound(world));
}

TEST_CASE("an end is awaited by a turn alone, and for itself", "[conformance][awaited][errors]") {
  World world(DUROXIDE_EVERY_STORE);
  start_other(world);
  const auto refused = world.enqueue(work::AwaitInstance{"other", ParentLink{"a", 1, 2}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ProviderError::Kind::invalid_input);
  world.start("a");
  auto ack = ack_of(world.fetch_one(), {started_event()});
  ack.orchestrator_items = {work::AwaitInstance{"other", ParentLink{"somebody", 1, 2}}};
  CHECK(world.ack(ack).error().kind == ProviderError::Kind::invalid_input);
}

TEST_CASE("whoever waits for an end is told of it after a rewind, and by a fork",
          "[conformance][awaited][restore][management]") {
  World world(DUROXIDE_EVERY_STORE);
  start_other(world);
  await(world, "other");
  REQUIRE(
      world.manage<Answer<RestoredInstance>>(management::ForkInstance{"a", "b", ForkOptions()}));
  terminate(world, "a").value();
  REQUIRE(world.manage<Answer<RestoredInstance>>(management::RewindInstance{"a", RewindOptions()}));
  CHECK(is_sound(world));
  for (const OrchestrationItem& item : world.fetch(10)) {
    // They have been woken, and go on waiting.
    world.ack(ack_of(item, {event_of(event::GuidRecorded{"g"})})).value();
  }
  world.ack(completing(turn_of_other(world))).value();
  const auto woken = world.fetch(10);
  CHECK(woken.size() == 2);
  for (const OrchestrationItem& item : woken) {
    REQUIRE(item.messages.size() == 1);
    CHECK(item.messages.front() == WorkItem{work::AwaitedCompleted{item.instance, 1, 2, "tea"}});
  }
  CHECK(is_sound(world));
}

TEST_CASE("an import starts the child before it asks for its end",
          "[conformance][awaited][restore][children][management]") {
  World world(DUROXIDE_EVERY_STORE);
  start_and_await_child(world);
  auto document = world.manage<Answer<InstanceExport>>(management::ExportInstance{"a"}).value();
  REQUIRE(delete_now(world, {"a", "other"}, true));
  REQUIRE(world.status("other").is_not_found());
  REQUIRE(world.manage<Answer<RestoredInstance>>(management::ImportInstance{std::move(document)}));
  CHECK(is_sound(world));
  go_on_and_complete(world);
  CHECK(is_sound(world));
}

TEST_CASE("a rewind takes up the child before it asks for its end",
          "[conformance][awaited][restore][children][management]") {
  World world(DUROXIDE_EVERY_STORE);
  start_and_await_child(world);
  world.ack(ack_of(world.fetch_one(), {started_event()})).value();
  auto failed = failing(turn_of_other(world));
  const ErrorDetails why = failed.metadata.failure.value();
  failed.orchestrator_items = {work::SubOrchFailed{"a", 1, 2, why}};
  world.ack(failed).value();
  const auto item = world.fetch_one();
  REQUIRE(item.instance == "a");
  REQUIRE(item.messages.size() == 2);
  auto ends = fail_of(item);
  ends.events = ack_of(item, {event_of(event::SubOrchestrationFailed{why}, 2),
                              event_of(event::AwaitedFailed{why}, 3),
                              event_of(event::OrchestrationFailed{why})})
                    .events;
  world.ack(ends).value();
  RewindOptions to_the_calls;
  to_the_calls.event_id = 3;
  REQUIRE(world.manage<Answer<RestoredInstance>>(management::RewindInstance{"a", to_the_calls}));
  CHECK(world.status("other").is_running());
  CHECK(is_sound(world));
  go_on_and_complete(world);
  CHECK(is_sound(world));
}

TEST_CASE("a termination leaves the children that outlive their parent",
          "[conformance][awaited][terminate][management]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  auto ack = ack_of(
      world.fetch_one(),
      {started_event(), event_of(event::SubOrchestrationScheduled{"Child", {}, "stays", "", true}),
       event_of(event::SubOrchestrationScheduled{"Child", {}, "goes", ""})});
  ack.orchestrator_items = {start_item("stays", "Child", ParentLink{"a", 1, 2}),
                            start_item("goes", "Child", ParentLink{"a", 1, 3})};
  world.ack(ack).value();
  terminate(world, "a").value();
  CHECK(world.status("stays").is_running());
  CHECK(world.status("goes").is_cancelled());
  CHECK(is_sound(world));
}

}  // namespace duroxide::conformance_awaited_test
