// Rewinds of failed instances, on both stores.

#include <catch2/catch.hpp>

#include "engine/records.hpp"
#include "provider/failed_twice.hpp"
#include "provider/faulty_world.hpp"
#include "provider/provider_actor.hpp"
#include "provider/world.hpp"
#include "storage/keys.hpp"

namespace duroxide::restore_test {

using namespace duroxide::failed_twice;
using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;
using Catch::Contains;

TEST_CASE("a failed instance is rewound to before its failure", "[restore]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  fail_after_two(world);
  REQUIRE(world.status("a").is_failed());
  const auto before = world.history("a");

  const auto restored = rewind(world, "a").value();
  CHECK(restored.instance_id == "a");
  CHECK(restored.events_kept == 6);
  CHECK(restored.events_dropped == 4);
  CHECK(restored.activities_scheduled == 2);
  CHECK(world.status("a").is_running());
  CHECK(world.history("a") == std::vector<Event>(before.begin(), before.begin() + 6));
  CHECK(value_of(world, "a") == "v");
  CHECK(ids_of(world.fetch_work(10)) == std::vector<std::uint64_t>{5, 6});

  // It takes a turn at once, with the whole history, and ends like any other.
  const auto item = world.fetch_one();
  CHECK(item.history_included);
  CHECK(item.history_size == 6);
  CHECK(item.attempt_count == 1);
  world.ack(complete_of(item)).value();
  CHECK(world.status("a").is_completed());
  CHECK(rewind(world, "a").error().kind == Kind::invalid_input);
}

TEST_CASE("a rewind goes back to the event it is told", "[restore]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  fail_after_two(world);
  CHECK_THAT(rewind(world, "a", {11}).error().message, Contains("no event 11"));
  CHECK_THAT(rewind(world, "a", {10}).error().message, Contains("is the end"));
  CHECK(world.status("a").is_failed());
  const auto restored = rewind(world, "a", {2}).value();
  CHECK(restored.events_kept == 2);
  CHECK(restored.activities_scheduled == 0);
  CHECK(value_of(world, "a") == "none");
  const auto item = world.fetch_one();
  CHECK(item.messages == std::vector<WorkItem>{work::ActivityCompleted{"a", 1, 2, "one"}});
}

TEST_CASE("only what has failed is rewound", "[restore]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  CHECK(rewind(world, "nobody").error().kind == Kind::instance_not_found);
  world.start("a");
  CHECK_THAT(rewind(world, "a").error().message, Contains("has not failed"));
  world.ack(complete_of(world.fetch_one())).value();
  const auto refusal = rewind(world, "a").error();
  CHECK(refusal.kind == Kind::invalid_input);
  CHECK(refusal.operation == "rewind_instance");
}

TEST_CASE("a rewind is kept, or was never made", "[restore]") {
  auto faulty = std::make_unique<FaultyWorld>();
  fail_after_two(faulty->world);
  const auto before = faulty->world.history("a");
  faulty->kv->room = 0;
  CHECK(rewind(faulty->world, "a").error().kind == Kind::disk_full);
  faulty->kv->room = FaultyKv::endless;
  CHECK(faulty->world.status("a").is_failed());
  CHECK(faulty->world.history("a") == before);
  faulty->world.clock->advance(10s);
  REQUIRE(rewind(faulty->world, "a"));
  const auto kv = faulty->kv;
  faulty.reset();
  FaultyWorld again(kv);
  CHECK(again.world.status("a").is_running());
  CHECK(again.world.history("a").size() == 6);
  CHECK(ids_of(again.world.fetch_work(10)) == std::vector<std::uint64_t>{5, 6});
  CHECK(again.world.fetch_one().history_size == 6);
}

TEST_CASE("children of a rewound instance are what they are by now", "[restore][children]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  const auto child_event = [](const std::string& id) {
    return event_of(event::SubOrchestrationScheduled{"Child", std::nullopt, id, "input"});
  };
  world.start("p");
  auto item = world.fetch_one();
  auto ack = ack_of(item, {started_event(), child_event("done"), child_event("broken"),
                           child_event("busy"), child_event("gone")});
  ack.orchestrator_items = {start_item("done", "Child", ParentLink{"p", 1, 2}),
                            start_item("broken", "Child", ParentLink{"p", 1, 3}),
                            start_item("busy", "Child", ParentLink{"p", 1, 4})};
  world.ack(ack).value();
  for (const auto& child : world.fetch(3)) {
    auto end = ack_of(child, {started_event("Child")});
    if (child.instance == "broken") {
      end = failing(child, {started_event("Child"), scheduled_event(2), refused(2)});
      end.orchestrator_items = {
          work::SubOrchFailed{"p", 1, 3, application_error(ErrorKind::orchestration_failed, "no")}};
    } else if (child.instance == "done") {
      end = complete_of(child, "result");
    }
    world.ack(end).value();
  }
  item = world.fetch_one();
  REQUIRE(item.instance == "p");
  ack = failing(item, {event_of(event::SubOrchestrationFailed{application_error(
                                    ErrorKind::orchestration_failed, "no")},
                                3),
                       event_of(event::SubOrchestrationCancelRequested{"ended"}, 2),
                       event_of(event::SubOrchestrationCancelRequested{"ended"}, 4)});
  ack.orchestrator_items = {work::CancelInstance{"busy", "ended", ParentLink{"p", 1, 4}}};
  world.ack(ack).value();

  CHECK(rewind(world, "p").value().events_kept == 5);
  CHECK(world.status("broken").is_running());  // rewound too
  CHECK(world.history("broken").size() == 2);
  CHECK(world.status("gone").is_running());  // started, as it never was
  bool parent_knows = false;
  bool busy_turn = false;
  while (!world.nothing_to_fetch()) {
    const auto next = world.fetch_one();
    for (const WorkItem& message : next.messages) {
      if (next.instance == "p") {
        parent_knows =
            parent_knows || message == WorkItem{work::SubOrchCompleted{"p", 1, 2, "result"}};
      }
      busy_turn = busy_turn || std::holds_alternative<work::CancelInstance>(message);
    }
    world.ack(ack_of(next, {event_of(event::GuidRecorded{"x"})})).value();
  }
  CHECK(parent_knows);
  CHECK_FALSE(busy_turn);  // its parent wants it again
}

namespace {

/// `p` has failed because its child `c` did, which has the number 2 and two rows of history.
void fail_with_child(World& world) {
  world.start("p");
  auto ack =
      ack_of(world.fetch_one(), {started_event(), event_of(event::SubOrchestrationScheduled{
                                                      "Child", std::nullopt, "c", "input"})});
  ack.orchestrator_items = {start_item("c", "Child", ParentLink{"p", 1, 2})};
  world.ack(ack).value();
  world.ack(ack_of(world.fetch_one(), {started_event("Child"), scheduled_event(2)})).value();
  world.raise("c", "Go");
  auto end = failing(world.fetch_one(), {refused(2)});
  const auto no = application_error(ErrorKind::orchestration_failed, "no");
  end.orchestrator_items = {work::SubOrchFailed{"p", 1, 2, no}};
  world.ack(end).value();
  world.ack(failing(world.fetch_one(), {event_of(event::SubOrchestrationFailed{no}, 2)})).value();
}

enum class Damage { record, first_row, second_row, result };

/// Spoils the child of `fail_with_child`.
void damage_child(FaultyWorld& faulty, Damage damage) {
  using storage::make_key;
  using storage::Table;
  const std::uint64_t one = 1;
  const std::uint64_t two = 2;
  const std::uint64_t three = 3;
  switch (damage) {
    case Damage::record:
      faulty.kv->plant(Table::instances, make_key(two), "?");
      break;
    case Damage::first_row:
      faulty.kv->plant(Table::history, make_key(two, one, one), "?");
      break;
    case Damage::second_row:
      faulty.kv->plant(Table::history, make_key(two, one, three), "?");
      break;
    case Damage::result: {
      // That of a child which has completed is told, and so read.
      const auto bytes = faulty.kv->snapshot()->get(Table::instances, make_key(two));
      auto record = storage::decode_instance(bytes.value()).value();
      record.status = ExecutionStatus::completed;
      faulty.kv->plant(Table::instances, make_key(two), storage::encode_instance(record));
      faulty.kv->plant(Table::results, make_key(two, one), "?");
      break;
    }
  }
}

/// That the parent's next turn learns that its child is damaged.
void check_told_of_damage(World& world) {
  const auto turn = world.fetch_one();
  REQUIRE(turn.instance == "p");
  const auto& told = std::get<work::SubOrchFailed>(turn.messages.back());
  CHECK(told.id == 2);
  CHECK(told.details.category == ErrorCategory::infrastructure);
  CHECK(told.details.kind == ErrorKind::storage);
  CHECK(told.details.subject == "c");
  CHECK_THAT(told.details.message, Contains("`c` is damaged"));
  CHECK(told.details.chain.size() == 1);
}

}  // namespace

TEST_CASE("a damaged child does not keep its parent from being rewound",
          "[restore][corruption][children]") {
  FaultyWorld faulty;
  fail_with_child(faulty.world);
  damage_child(faulty,
               GENERATE(Damage::record, Damage::first_row, Damage::second_row, Damage::result));
  CHECK(rewind(faulty.world, "p").value().events_kept == 2);
  CHECK(faulty.world.status("p").is_running());
  check_told_of_damage(faulty.world);
}

TEST_CASE("a damaged child does not keep a turn that starts it again from being done",
          "[restore][corruption][children]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  fail_with_child(world);
  REQUIRE(rewind(world, "p", {1}));
  world.raise("p", "Go");
  damage_child(faulty,
               GENERATE(Damage::record, Damage::first_row, Damage::second_row, Damage::result));
  auto ack =
      ack_of(world.fetch_one(),
             {event_of(event::SubOrchestrationScheduled{"Child", std::nullopt, "c", "input"})});
  ack.orchestrator_items = {start_item("c", "Child", ParentLink{"p", 1, 2})};
  REQUIRE(world.ack(ack));
  check_told_of_damage(world);
}

TEST_CASE("a turn that sends to a damaged instance is done all the same", "[corruption]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  fail_with_child(world);
  REQUIRE(rewind(world, "p", {1}));
  world.raise("p", "Go");
  faulty.kv->plant(storage::Table::instances, storage::make_key(std::uint64_t{2}), "?");
  auto ack = ack_of(world.fetch_one(), {event_of(event::GuidRecorded{"x"})});
  ack.orchestrator_items = {work::CancelInstance{"c", "ended", ParentLink{"p", 1, 2}},
                            raise_item("p", "Next")};
  REQUIRE(world.ack(ack));
  CHECK(world.fetch_one().messages == std::vector<WorkItem>{raise_item("p", "Next")});
}

TEST_CASE("what a rewind schedules is handed out once it is durable", "[restore]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  const auto first = world.fetch_one();
  auto ack = ack_of(first, {started_event(), scheduled_event(2), scheduled_event(3)});
  ack.worker_items = {activity(first, 2), activity(first, 3)};
  world.ack(ack).value();
  world
      .ask<Done>(*world.worker,
                 AckWorker{world.fetch_work().at(0).lock_token,
                           work::ActivityFailed{
                               "a", 1, 2, application_error(ErrorKind::activity_failed, "no")}})
      .value();
  ack = failing(world.fetch_one(),
                {refused(2), event_of(event::ActivityCancelRequested{"ended"}, 3)});
  ack.cancelled_activities = {3};  // nobody has fetched it, so it still waits in memory
  world.ack(ack).value();

  faulty.kv->room = 0;
  const auto rewound =
      ask_writer<Answer<RestoredInstance>>(world, management::RewindInstance{"a", {}});
  const auto fetched = world.worker->ask<Answer<WorkItems>>(DequeueWorkerPeekLock{10, {}, {}});
  world.run();
  CHECK(rewound.error().kind == Kind::disk_full);
  faulty.kv->room = FaultyKv::endless;
  CHECK_FALSE(fetched.answered());

  world.clock->advance(10s);
  REQUIRE(rewind(world, "a"));
  REQUIRE(fetched.answered());
  CHECK(ids_of(fetched.value()) == std::vector<std::uint64_t>{2, 3});
}

TEST_CASE("a parent in the middle of a turn does not learn of a failure that was rewound",
          "[restore]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("p");
  auto ack =
      ack_of(world.fetch_one(), {started_event(), event_of(event::SubOrchestrationScheduled{
                                                      "Child", std::nullopt, "child", "input"})});
  ack.orchestrator_items = {start_item("child", "Child", ParentLink{"p", 1, 2})};
  world.ack(ack).value();
  const auto child = world.fetch_one();
  world.raise("p", "Go");
  const auto turn = world.fetch_one();
  REQUIRE(turn.instance == "p");
  auto end = failing(child, {started_event("Child"), scheduled_event(2), refused(2)});
  end.orchestrator_items = {
      work::SubOrchFailed{"p", 1, 2, application_error(ErrorKind::orchestration_failed, "no")}};
  world.ack(end).value();

  REQUIRE(rewind(world, "child"));
  world.ack(ack_of(turn, {event_of(event::GuidRecorded{"x"})})).value();
  while (!world.nothing_to_fetch()) {
    const auto next = world.fetch_one();
    CHECK(next.instance == "child");
    world.ack(ack_of(next, {event_of(event::GuidRecorded{"x"})})).value();
  }
}

}  // namespace duroxide::restore_test
