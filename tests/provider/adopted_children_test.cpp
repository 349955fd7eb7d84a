// Children that are there before their parent, or have not begun when it is taken up again: they are
// its own once more, in whatever state they are.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "provider/world.hpp"

namespace duroxide::adopted_children_test {

using namespace duroxide::provider;
using namespace duroxide::testing;

namespace {

Event event_of(EventKind kind) {
  return Event{0, 0, from_milliseconds(7), std::move(kind)};
}
Event no() {
  return event_of(
      event::OrchestrationFailed{application_error(ErrorKind::orchestration_failed, "no")});
}
/// How the child begins.
Event child_started() {
  return event_of(
      event::OrchestrationStarted{"Child", "1.0.0", "input", ParentLink{"p", 1, 2}, {}});
}
AckOrchestrationItem failing(const OrchestrationItem& item, std::vector<Event> events) {
  events.push_back(no());
  auto ack = ack_of(item, std::move(events));
  ack.metadata.status = ExecutionStatus::failed;
  ack.metadata.failure = application_error(ErrorKind::orchestration_failed, "no");
  return ack;
}
AckOrchestrationItem completing(const OrchestrationItem& item) {
  auto ack = ack_of(item, {child_started(), event_of(event::OrchestrationCompleted{"tea"})});
  ack.metadata.status = ExecutionStatus::completed;
  ack.metadata.output = "tea";
  return ack;
}

Answer<InstanceExport> exported(World& world, const std::string& id) {
  return world.manage<Answer<InstanceExport>>(management::ExportInstance{id});
}
void import(World& world, InstanceExport document) {
  const auto done =
      world.manage<Answer<RestoredInstance>>(management::ImportInstance{std::move(document)});
  INFO((done ? "" : done.error().message));
  REQUIRE(done);
}
void check_sound(World& world) {
  const auto report = world.manage<Answer<VerifyReport>>(management::VerifyStore{}).value();
  INFO((report.problems.empty() ? "" : report.problems.front().what));
  CHECK(report.is_clean());
}

/// `p` has started its child `c`, its event 2, and waits for it.
void start_with_child(World& world) {
  world.start("p");
  auto ack =
      ack_of(world.fetch_one(), {started_event(), event_of(event::SubOrchestrationScheduled{
                                                      "Child", std::nullopt, "c", "input"})});
  ack.orchestrator_items = {start_item("c", "Child", ParentLink{"p", 1, 2})};
  world.ack(ack).value();
}

/// What the next turn of `p` is told last.
WorkItem told_to_parent(World& world) {
  const auto turn = world.fetch_one();
  REQUIRE(turn.instance == "p");
  REQUIRE_FALSE(turn.messages.empty());
  return turn.messages.back();
}

}  // namespace

TEST_CASE("a parent that is imported after its child finds it, and is told how it ended",
          "[restore][children]") {
  World world(Backend::memory);
  start_with_child(world);
  auto parent = exported(world, "p").value();  // as it waits
  const bool fails = GENERATE(true, false);
  const auto child = world.fetch_one();
  REQUIRE(child.instance == "c");
  world.ack(fails ? failing(child, {child_started()}) : completing(child)).value();

  World other(GENERATE(Backend::memory, Backend::lmdb));
  import(other, exported(world, "c").value());
  import(other, std::move(parent));
  const auto tree = other.manage<Answer<InstanceTree>>(management::GetInstanceTree{"p"}).value();
  CHECK(tree.all_ids() == std::vector<std::string>{"p", "c"});
  const WorkItem told = told_to_parent(other);
  if (fails) {
    const auto& failed = std::get<work::SubOrchFailed>(told);
    CHECK(failed.id == 2);
    CHECK(failed.details.message == "no");
  } else {
    CHECK(told == WorkItem{work::SubOrchCompleted{"p", 1, 2, "tea"}});
  }
  check_sound(other);
}

TEST_CASE("a parent that is imported after its child that runs waits for it",
          "[restore][children]") {
  World world(Backend::memory);
  start_with_child(world);
  auto parent = exported(world, "p").value();
  World other(GENERATE(Backend::memory, Backend::lmdb));
  import(other, exported(world, "c").value());
  import(other, std::move(parent));
  check_sound(other);
  bool child_ends = false;
  for (const auto& turn : other.fetch(2)) {
    if (turn.instance == "c") {
      auto end = completing(turn);
      end.orchestrator_items = {work::SubOrchCompleted{"p", 1, 2, "tea"}};
      other.ack(end).value();
      child_ends = true;
    } else {
      other.ack(ack_of(turn, {event_of(event::GuidRecorded{"x"})})).value();
    }
  }
  REQUIRE(child_ends);
  CHECK(told_to_parent(other) == WorkItem{work::SubOrchCompleted{"p", 1, 2, "tea"}});
}

TEST_CASE("a child that has not begun when its parent is rewound is its child still",
          "[restore][children]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  start_with_child(world);
  const auto child = world.fetch_one();
  world.raise("p", "Go");
  world.ack(failing(world.fetch_one(), {event_of(event::ExternalEvent{"Go", ""})})).value();
  world.abandon(child.lock_token).value();
  world.manage<Answer<RestoredInstance>>(management::RewindInstance{"p", {}}).value();
  check_sound(world);
  std::vector<std::string> begun;
  for (const auto& turn : world.fetch(2)) {
    begun.push_back(turn.instance);
    if (turn.instance == "c") {
      CHECK(turn.messages.size() == 1);
    }
  }
  CHECK(std::count(begun.begin(), begun.end(), "c") == 1);
}

TEST_CASE("an instance of another input is no child that a parent would start again",
          "[restore][children]") {
  World world(Backend::memory);
  start_with_child(world);
  auto parent = exported(world, "p").value();
  World other(GENERATE(Backend::memory, Backend::lmdb));
  auto stranger = exported(world, "c").value();
  std::get<work::StartOrchestration>(stranger.messages.at(0)).input = "another";
  import(other, std::move(stranger));
  import(other, std::move(parent));
  bool refused = false;
  for (const auto& turn : other.fetch(2)) {
    for (const WorkItem& message : turn.messages) {
      const auto* failed = std::get_if<work::SubOrchFailed>(&message);
      refused = refused ||
                (failed != nullptr && failed->details.kind == ErrorKind::instance_already_exists);
    }
  }
  CHECK(refused);
}

}  // namespace duroxide::adopted_children_test
