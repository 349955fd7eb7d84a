// Forks, exports and imports, on both stores.

#include <catch2/catch.hpp>

#include <functional>
#include <string>
#include <vector>

#include "provider/failed_twice.hpp"
#include "provider/faulty_world.hpp"

namespace duroxide::moving_test {

using namespace duroxide::failed_twice;
using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;
using Catch::Contains;

namespace {

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

}  // namespace

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

}  // namespace duroxide::moving_test
