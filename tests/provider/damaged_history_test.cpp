// A history that lacks rows is damaged, and never read as a shorter one.

#include <catch2/catch.hpp>

#include "engine/instances.hpp"
#include "provider/faulty_world.hpp"
#include "storage/keys.hpp"

namespace duroxide::damaged_history_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;
using storage::make_key;
using storage::Table;

namespace {

constexpr std::uint64_t one = 1;

/// "bad", number 1, whose history has three rows: events 1, 2 to 3, and 4.
void make_bad(World& world) {
  world.start("bad");
  world.ack(ack_of(world.fetch_one(), {started_event()})).value();
  world.raise("bad", "First");
  auto item = world.fetch_one();
  auto ack = ack_of(item, {scheduled_event(2), scheduled_event(3)});
  ack.worker_items = {activity(item, 2), activity(item, 3)};
  world.ack(ack).value();
  world.raise("bad", "Second");
  item = world.fetch_one();
  world.ack(ack_of(item, {scheduled_event(4)})).value();
}

/// Ends the turn that is to be had with a failure that stands in the history too.
void fail(World& world) {
  const auto item = world.fetch_one();
  auto ack = fail_of(item);
  ack.events = {Event{item.history_size + 1, 0, from_milliseconds(7),
                      event::OrchestrationFailed{ack.metadata.failure.value()}}};
  world.ack(ack).value();
}

/// Loses the row of `bad` that begins with this event.
void lose(FaultyWorld& faulty, std::uint64_t first_event) {
  faulty.kv->plant(Table::history, make_key(one, one, first_event), std::nullopt);
}

/// That an error names what is damaged, and how much of it is left.
void check_named(const ProviderError& error, const std::string& of = " of 4 ") {
  CAPTURE(error.message);
  CHECK(error.kind == Kind::corrupt);
  CHECK(error.message.find("`bad`, execution 1") != std::string::npos);
  CHECK(error.message.find(of) != std::string::npos);
  CHECK(error.message.find("terminate") != std::string::npos);
}

std::vector<StuckInstance> stuck(World& world) {
  return world.manage<Answer<std::vector<StuckInstance>>>(management::ListStuck{}).value();
}

InstanceInfo info_of(World& world, const std::string& id) {
  return world.manage<Answer<InstanceInfo>>(management::GetInstanceInfo{id}).value();
}

}  // namespace

TEST_CASE("a history with missing rows is an error to whoever reads it", "[corruption][history]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  make_bad(world);
  const auto [row, left] =
      GENERATE(table<std::uint64_t, std::string>({{1, "3 of 4 "}, {2, "2 of 4 "}, {4, "3 of 4 "}}));
  lose(faulty, row);
  check_named(world.ask<Answer<std::vector<Event>>>(*world.client, Read{"bad"}).error(), left);
  check_named(
      world.manage<Answer<std::vector<Event>>>(management::ReadExecutionHistory{"bad", 1}).error(),
      left);
  check_named(world.manage<Answer<InstanceExport>>(management::ExportInstance{"bad"}).error(),
              left);
  check_named(
      world.manage<Answer<std::vector<PendingActivity>>>(management::ListPendingActivities{"bad"})
          .error(),
      left);
  const auto forked = world.manage<management::ForkInstance::Response>(
      management::ForkInstance{"bad", "other", {}});
  REQUIRE_FALSE(forked);
  check_named(forked.error(), left);
}

TEST_CASE("a history that has lost every row is damaged, too", "[corruption][history]") {
  FaultyWorld faulty;
  make_bad(faulty.world);
  for (const std::uint64_t row : {1U, 2U, 4U}) {
    lose(faulty, row);
  }
  check_named(
      faulty.world.ask<Answer<std::vector<Event>>>(*faulty.world.client, Read{"bad"}).error(),
      "0 of 4 ");
}

TEST_CASE("a history with more than is counted is damaged, too", "[corruption][history]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  make_bad(world);
  const std::string last(
      faulty.kv->snapshot()->get(Table::history, make_key(one, one, std::uint64_t{4})).value());
  faulty.kv->plant(Table::history, make_key(one, one, std::uint64_t{5}), last);
  check_named(world.ask<Answer<std::vector<Event>>>(*world.client, Read{"bad"}).error());
}

TEST_CASE("details of a damaged instance are what can be read, and say that it is damaged",
          "[corruption][history]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  make_bad(world);
  lose(faulty, 2);
  const auto details =
      world.manage<Answer<std::optional<InstanceDetails>>>(management::GetInstanceDetails{"bad"})
          .value()
          .value();
  CHECK(details.summary.instance_id == "bad");
  CHECK(details.executions.size() == 1);
  CHECK_FALSE(details.current_execution);
  REQUIRE(details.damage);
  CHECK(details.damage->find("2 of 4 ") != std::string::npos);
}

TEST_CASE("an instance that lacks a part of its history is set aside, visibly",
          "[corruption][history]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  make_bad(world);
  world.dispatcher->send(ReleaseInstance{"bad"});
  lose(faulty, GENERATE(as<std::uint64_t>{}, 1, 2, 4));
  const auto noticed = world.clock->now();
  world.raise("bad", "Go");
  world.start("good");
  CHECK(world.fetch_one().instance == "good");
  CHECK(world.nothing_to_fetch());

  const auto rows = stuck(world);
  REQUIRE(rows.size() == 1);
  CHECK(rows.at(0).instance_id == "bad");
  CHECK(rows.at(0).kind == StuckKind::damaged);
  CHECK(rows.at(0).since == noticed);
  CHECK(rows.at(0).waiting_for.find(" of 4 ") != std::string::npos);
  CHECK(info_of(world, "bad").waiting_for.value().find(" of 4 ") != std::string::npos);

  // What comes later is kept and does not make the engine try again and again.
  world.clock->advance(1h);
  world.raise("bad", "More");
  CHECK(world.nothing_to_fetch());
  CHECK(stuck(world).at(0).since == noticed);
  CHECK(faulty.kv->snapshot()->count(Table::inbox) == 3);
}

TEST_CASE("a query of a damaged instance is told that it is damaged",
          "[corruption][history][queries]") {
  using Asked = Answer<std::optional<UpdateAnswer>>;
  FaultyWorld faulty;
  World& world = faulty.world;
  make_bad(world);
  world.dispatcher->send(ReleaseInstance{"bad"});
  lose(faulty, 2);
  const auto waits = world.client->ask<Asked>(AskQuery{"bad", {"q1", "Total", ""}, 1});
  world.run();
  CHECK_FALSE(waits.answered());
  CHECK(world.nothing_to_fetch());
  REQUIRE(waits.answered());
  check_named(waits.error(), "2 of 4 ");
  CHECK(waits.error().operation == "query");
  const auto late = world.client->ask<Asked>(AskQuery{"bad", {"q2", "Total", ""}, 1});
  world.run();
  REQUIRE(late.answered());
  check_named(late.error(), "the instance `bad` waits for repair of the store: ");
  // Messages are kept, for when it is repaired.
  const auto update = world.client->ask<Asked>(AskUpdate{{"bad", "u", "Add", ""}, 2});
  world.run();
  CHECK_FALSE(update.answered());
}

TEST_CASE("a damaged instance can be terminated", "[corruption][history]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  make_bad(world);
  world.dispatcher->send(ReleaseInstance{"bad"});
  lose(faulty, GENERATE(as<std::uint64_t>{}, 1, 2, 4));
  world.raise("bad", "Go");
  CHECK(world.nothing_to_fetch());
  REQUIRE(world.manage<Done>(management::TerminateInstance{"bad", "it is damaged"}));
  CHECK(stuck(world).empty());
  CHECK_FALSE(world.status("bad").is_running());
  CHECK(faulty.kv->snapshot()->count(Table::inbox) == 0);
  CHECK(faulty.kv->snapshot()->count(Table::work) == 0);
}

TEST_CASE("a damaged instance can be deleted and restored from an export",
          "[corruption][history]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  make_bad(world);
  const auto exported =
      world.manage<Answer<InstanceExport>>(management::ExportInstance{"bad"}).value();
  world.dispatcher->send(ReleaseInstance{"bad"});
  lose(faulty, 2);
  world.raise("bad", "Go");
  CHECK(world.nothing_to_fetch());
  const auto deleted = world.manage<management::DeleteInstances::Response>(
      management::DeleteInstances{{"bad"}, true});
  REQUIRE(deleted);
  CHECK(stuck(world).empty());
  REQUIRE(world.manage<management::ImportInstance::Response>(management::ImportInstance{exported}));
  CHECK(world.history("bad").size() == 4);
  world.raise("bad", "Go");
  CHECK(world.fetch_one().history.size() == 4);
}

TEST_CASE("a failed instance that is damaged is not rewound to less than it was",
          "[corruption][history]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  make_bad(world);
  world.raise("bad", "Third");
  fail(world);
  lose(faulty, GENERATE(as<std::uint64_t>{}, 2, 4));
  const auto rewound =
      world.manage<management::RewindInstance::Response>(management::RewindInstance{"bad", {}});
  REQUIRE_FALSE(rewound);
  check_named(rewound.error(), " of 5 ");
  CHECK(world.status("bad").is_failed());
}

TEST_CASE("a damaged instance is found again after the store was opened again",
          "[corruption][history]") {
  auto faulty = std::make_unique<FaultyWorld>();
  make_bad(faulty->world);
  faulty->world.raise("bad", "Go");
  lose(*faulty, 1);
  const auto kv = faulty->kv;
  faulty.reset();
  FaultyWorld again(kv);
  CHECK(again.world.nothing_to_fetch());
  REQUIRE(stuck(again.world).size() == 1);
  CHECK(stuck(again.world).at(0).kind == StuckKind::damaged);
}

TEST_CASE("the outcome of an execution whose last event is lost is an error",
          "[corruption][history]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("bad");
  const auto item = world.fetch_one();
  auto ack = continue_of(item, "next");
  ack.events = {started_event(),
                Event{2, 0, from_milliseconds(7), event::OrchestrationContinuedAsNew{"next", {}}}};
  world.ack(ack).value();
  const management::GetExecutionInfo request{"bad", 1};
  CHECK(world.manage<Answer<ExecutionInfo>>(request).value().output == "next");
  lose(faulty, 1);
  check_named(world.manage<Answer<ExecutionInfo>>(request).error(), " of 2 ");
}

}  // namespace duroxide::damaged_history_test
