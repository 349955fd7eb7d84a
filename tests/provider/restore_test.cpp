// Rewind, fork, export and import, on both stores.

#include <catch2/catch.hpp>

#include "engine/records.hpp"
#include "provider/faulty_world.hpp"
#include "provider/provider_actor.hpp"
#include "provider/world.hpp"
#include "storage/keys.hpp"

namespace duroxide::restore_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;
using Catch::Contains;

namespace {

Event event_of(EventKind kind, std::uint64_t source = 0) {
  return Event{0, source, from_milliseconds(7), std::move(kind)};
}
Event failed_event() {
  return event_of(
      event::OrchestrationFailed{application_error(ErrorKind::orchestration_failed, "no")});
}
Event refused(std::uint64_t source) {
  return event_of(event::ActivityFailed{application_error(ErrorKind::activity_failed, "no")},
                  source);
}
AckOrchestrationItem failing(const OrchestrationItem& item, std::vector<Event> events) {
  events.push_back(failed_event());
  auto ack = ack_of(item, std::move(events));
  ack.metadata.status = ExecutionStatus::failed;
  ack.metadata.failure = application_error(ErrorKind::orchestration_failed, "no");
  return ack;
}

Answer<RestoredInstance> rewind(World& world, const std::string& id, RewindOptions options = {}) {
  return world.manage<Answer<RestoredInstance>>(management::RewindInstance{id, options});
}
Answer<RestoredInstance> fork(World& world, const std::string& from, const std::string& to,
                              ForkOptions options = {}) {
  return world.manage<Answer<RestoredInstance>>(management::ForkInstance{from, to, options});
}
Answer<InstanceExport> exported(World& world, const std::string& id) {
  return world.manage<Answer<InstanceExport>>(management::ExportInstance{id});
}
Answer<RestoredInstance> import(World& world, InstanceExport value) {
  return world.manage<Answer<RestoredInstance>>(management::ImportInstance{std::move(value)});
}

/// `a` has taken an activity's result (event 3), set a value, and failed because its second activity
/// (event 5) did; a third one (event 6) was given up.
void fail_after_two(World& world) {
  world.start("a");
  auto item = world.fetch_one();
  auto ack = ack_of(item, {started_event(), scheduled_event(2)});
  ack.worker_items = {activity(item, 2)};
  world.ack(ack).value();
  world.complete(world.fetch_work().at(0), "one").value();
  item = world.fetch_one();
  ack = ack_of(
      item, {event_of(event::ActivityCompleted{"one"}, 2), event_of(event::KeyValueSet{"k", "v"}),
             scheduled_event(5), scheduled_event(6)});
  ack.worker_items = {activity(item, 5), activity(item, 6)};
  ack.values = {{"k", StoredValue{"k", "v", from_milliseconds(7), 1}}};
  world.ack(ack).value();
  const auto works = world.fetch_work(2);
  world
      .ask<Done>(*world.worker,
                 AckWorker{works.at(0).lock_token,
                           work::ActivityFailed{
                               "a", 1, 5, application_error(ErrorKind::activity_failed, "no")}})
      .value();
  item = world.fetch_one();
  ack = failing(item, {refused(5), event_of(event::KeyValueSet{"k", "later"}),
                       event_of(event::ActivityCancelRequested{"ended"}, 6)});
  ack.cancelled_activities = {6};
  ack.values = {{"k", StoredValue{"k", "later", from_milliseconds(7), 2}}};
  world.ack(ack).value();
}

std::vector<std::uint64_t> ids_of(const WorkItems& items) {
  std::vector<std::uint64_t> ids;
  for (const auto& item : items) {
    ids.push_back(item.item.id);
    CHECK(item.attempt_count == 1);
  }
  return ids;
}

std::string value_of(World& world, const std::string& id) {
  const auto found =
      world.ask<Answer<std::optional<StoredValue>>>(*world.client, GetValue{id, "k"});
  return found.value() ? found.value()->value : "none";
}

}  // namespace

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

TEST_CASE("a fork goes its own way and leaves its source alone", "[restore]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  fail_after_two(world);
  const auto source = exported(world, "a").value();
  CHECK(fork(world, "nobody", "b").error().kind == Kind::instance_not_found);
  CHECK(fork(world, "a", "a").error().kind == Kind::instance_already_exists);
  CHECK(fork(world, "a", "").error().kind == Kind::invalid_input);
  CHECK(fork(world, "a", "b", {7, {}}).error().kind == Kind::invalid_input);
  CHECK(fork(world, "a", "b", {{}, 99}).error().kind == Kind::invalid_input);
  CHECK(world.status("b").is_not_found());

  const auto restored = fork(world, "a", "b", {{}, 6}).value();
  CHECK(restored.instance_id == "b");
  CHECK(restored.events_kept == 6);
  CHECK(restored.activities_scheduled == 2);
  CHECK(world.status("b").is_running());
  CHECK(value_of(world, "b") == "v");
  const auto works = world.fetch_work(10);
  REQUIRE(works.size() == 2);
  CHECK(works[0].item.instance == "b");
  CHECK(world.fetch_one().instance == "b");
  CHECK(exported(world, "a").value() == source);
}

TEST_CASE("a fork's children are its own", "[restore][children]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("p");
  const auto item = world.fetch_one();
  auto ack = ack_of(item, {started_event(), event_of(event::SubOrchestrationScheduled{
                                                "Child", std::nullopt, "p::sub::1.2", "input"})});
  ack.orchestrator_items = {start_item("p::sub::1.2", "Child", ParentLink{"p", 1, 2})};
  world.ack(ack).value();
  REQUIRE(fork(world, "p", "f"));
  CHECK(world.status("f::sub::1.2").is_running());
  CHECK(std::get<event::SubOrchestrationScheduled>(world.history("f").at(1).kind).instance ==
        "f::sub::1.2");
  CHECK(std::get<event::SubOrchestrationScheduled>(world.history("p").at(1).kind).instance ==
        "p::sub::1.2");
}

TEST_CASE("an instance moves from one store into another", "[restore]") {
  World from(GENERATE(Backend::memory, Backend::lmdb));
  World to(GENERATE(Backend::memory, Backend::lmdb));
  from.start("a");
  auto item = from.fetch_one();
  from.ack(continue_of(item)).value();
  item = from.fetch_one();
  auto ack = ack_of(item, {started_event(), scheduled_event(2), scheduled_event(3),
                           event_of(event::TimerCreated{from.clock->now() + 1h})});
  ack.worker_items = {activity(item, 2), activity(item, 3)};
  ack.timers = {timer(item, 4, from.clock->now() + 1h)};
  // The continue-as-new ended execution 1 properly.
  from.ack(ack).value();
  from.complete(from.fetch_work().at(0), "one").value();
  auto value = exported(from, "a").value();
  value.executions.at(0).events = {
      value.executions.at(0).events.at(0),
      Event{2, 0, from_milliseconds(9), event::OrchestrationContinuedAsNew{"next", {}}}};

  const auto restored = import(to, value).value();
  CHECK(restored.activities_scheduled == 1);
  CHECK(import(to, value).error().kind == Kind::instance_already_exists);
  CHECK(to.status("a").is_running());
  const auto works = to.fetch_work(10);
  CHECK(ids_of(works) == std::vector<std::uint64_t>{3});
  CHECK(works.at(0).item.execution_id == 2);
  const auto turn = to.fetch_one();
  CHECK(turn.execution_id == 2);
  CHECK(turn.history_size == 4);
  CHECK(turn.messages == std::vector<WorkItem>{work::ActivityCompleted{"a", 2, 2, "one"}});
  to.ack(ack_of(turn)).value();
  to.clock->advance(2h);
  const auto due = to.due().value();
  REQUIRE(due.lock_tokens.size() == 1);

  // Nothing but the times of the store itself has changed.
  auto back = exported(to, "a").value();
  CHECK(back.executions.at(0) == value.executions.at(0));
  CHECK(back.executions.at(1).started_at == value.executions.at(1).started_at);
}

TEST_CASE("instances that have ended, or not begun, are imported as such", "[restore]") {
  World from(Backend::memory);
  World to(GENERATE(Backend::memory, Backend::lmdb));
  fail_after_two(from);
  from.start("waiting");
  from.enqueue(start_item("delayed"), 1h).value();
  auto waiting = exported(from, "waiting");
  REQUIRE(import(to, waiting.value()));
  REQUIRE(import(to, exported(from, "delayed").value()));
  const auto ended = exported(from, "a").value();
  REQUIRE(import(to, ended));
  CHECK(to.status("a").is_failed());
  CHECK(to.status("a") == from.status("a"));
  CHECK(to.fetch_one().instance == "waiting");
  CHECK(to.nothing_to_fetch());
  auto again = exported(to, "a").value();
  again.created_at = ended.created_at;
  again.updated_at = ended.updated_at;
  CHECK(again == ended);
  CHECK(exported(to, "nobody").error().kind == Kind::instance_not_found);
  REQUIRE(rewind(to, "a"));
}

TEST_CASE("a document that contradicts itself is not imported", "[restore]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  fail_after_two(world);
  const auto good = exported(world, "a").value();
  struct Row {
    const char* says;
    std::function<void(InstanceExport&)> spoil;
  };
  const std::vector<Row> rows = {
      {"no executions", [](auto& x) { x.executions.clear(); }},
      {"orchestration name", [](auto& x) { x.orchestration_name.clear(); }},
      {"cannot be right", [](auto& x) { x.executions[0].events[2].event_id = 9; }},
      {"cannot be right", [](auto& x) { x.executions[0].events[2].source_event_id = 1; }},
      {"begin with", [](auto& x) { x.executions[0].events.erase(x.executions[0].events.begin()); }},
      {"its own parent",
       [](auto& x) {
         x.parent = ParentLink{x.instance_id, 1, 2};
       }},
      {"has the status", [](auto& x) { x.executions[0].status = ExecutionStatus::running; }},
      {"has the status", [](auto& x) { x.executions[0].events.pop_back(); }},
      {"instance id",
       [](auto& x) {
         x.executions[0].events[5].kind =
             event::SubOrchestrationScheduled{"C", {}, std::string(300, 'x'), ""};
         x.executions[0].events[8].kind = event::SubOrchestrationCancelRequested{"ended"};
       }},
      {"activity name",
       [](auto& x) {
         x.executions[0].events[1].kind = event::ActivityScheduled{"", "", {}, {}};
       }},
      {"needs an end", [](auto& x) { x.executions[0].ended_at.reset(); }},
      {"does not follow", [](auto& x) { x.executions.push_back(x.executions[0]); }},
      {"is not the last",
       [](auto& x) {
         x.executions.push_back(x.executions[0]);
         x.executions[1].execution_id = 2;
       }},
      {"has the version", [](auto& x) { x.executions[0].version = "2.0.0"; }},
      {"another parent",
       [](auto& x) {
         x.parent = ParentLink{"p", 1, 2};
       }},
      {"one of the orchestration", [](auto& x) { x.orchestration_name = "Other"; }},
      {"values", [](auto& x) { x.values[0].value = "other"; }},
      {"custom status", [](auto& x) { x.custom_status_version = 4; }},
      {"does not keep",
       [](auto& x) {
         x.messages = {work::CancelInstance{"b", "stop", {}}};
       }},
      {"delayed", [](auto& x) { x.start_due = from_milliseconds(1); }},
      {"bytes",
       [](auto& x) {
         x.executions[0].events[1].kind =
             event::ActivityScheduled{"A", std::string((std::size_t{64} << 20) + 1, 'x'), {}, {}};
       }},
  };
  for (const Row& row : rows) {
    InstanceExport spoilt = good;
    spoilt.instance_id = "b";
    row.spoil(spoilt);
    const auto refusal = import(world, spoilt);
    INFO(row.says);
    REQUIRE_FALSE(refusal);
    CHECK(refusal.error().kind == Kind::invalid_input);
    CHECK_THAT(refusal.error().message, Contains(row.says));
    CHECK(world.status("b").is_not_found());
  }
  InstanceExport fine = good;
  fine.instance_id = "b";
  CHECK(import(world, fine));
}

TEST_CASE("an import that finds no room leaves nothing", "[restore]") {
  World from(Backend::memory);
  fail_after_two(from);
  const auto value = exported(from, "a").value();
  FaultyWorld faulty;
  faulty.kv->room = 0;
  CHECK(import(faulty.world, value).error().kind == Kind::disk_full);
  faulty.kv->room = FaultyKv::endless;
  CHECK(faulty.world.status("a").is_not_found());
  faulty.world.clock->advance(10s);
  CHECK(import(faulty.world, value));
  CHECK(faulty.world.status("a").is_failed());
}

}  // namespace duroxide::restore_test
