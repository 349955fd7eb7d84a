// Terminating: an instance ends as cancelled, without a turn of its own.

#include <catch2/catch.hpp>

#include "conformance/work_steps.hpp"
#include "model/open_steps.hpp"
#include "provider/acting_steps.hpp"
#include "provider/faulty_world.hpp"

namespace duroxide::terminate_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;
using storage::Table;

namespace {

std::vector<std::string_view> types(const std::vector<Event>& history) {
  std::vector<std::string_view> names;
  for (const Event& event : history) {
    names.push_back(event_type(event.kind));
  }
  return names;
}

using Types = std::vector<std::string_view>;

}  // namespace

TEST_CASE("a terminated instance is cancelled", "[conformance][terminate][cancellation]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("a");
  world.ack(ack_of(world.fetch_one())).value();
  world.clock->advance(1s);
  const auto status = world.client->ask<Answer<OrchestrationStatus>>(WaitForStatus{"a", 1});
  world.run();
  terminate(world, "a", "enough").value();
  REQUIRE(status.answered());
  CHECK(status.value().is_cancelled());
  CHECK(world.status("a").is_cancelled());
  CHECK(world.status("a").error()->message == "enough");
  const auto history = world.history("a");
  CHECK(types(history) ==
        Types{"OrchestrationStarted", "OrchestrationCancelRequested", "OrchestrationFailed"});
  CHECK(history.back().event_id == 3);
  const auto steps = model::find_open_steps(history);
  REQUIRE(steps);
  CHECK(steps->ended);
  const auto info = world.manage<Answer<InstanceInfo>>(management::GetInstanceInfo{"a"}).value();
  CHECK(info.event_count == 3);
  CHECK(info.updated_at == world.clock->now());
  CHECK(world.enqueue(raise_item("a", "Go")).error().kind == Kind::instance_finished);
}

TEST_CASE("of the reason of a termination so much is kept as of any error", "[terminate]") {
  World world(Backend::memory);
  world.start("a");
  terminate(world, "a", std::string(100'000, 'x')).value();
  const auto status = world.status("a");
  REQUIRE(status.is_cancelled());
  CHECK(status.error()->message.size() <= (std::size_t{64} << 10));
  CHECK_THAT(status.error()->message, Catch::Contains("100000"));
}

TEST_CASE("only what runs is terminated", "[conformance][terminate]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  CHECK(terminate(world, "a").error().kind == Kind::instance_not_found);
  world.start("a");
  terminate(world, "a").value();
  CHECK(terminate(world, "a").error().kind == Kind::instance_finished);
}

TEST_CASE("nothing of a terminated instance goes on", "[conformance][terminate]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("a");
  const auto item = world.fetch_one();
  const Timestamp soon = world.clock->now() + 1s;
  auto ack =
      ack_of(item, {started_event(), scheduled_event(2), scheduled_event(3), timer_event(soon)});
  ack.worker_items = {activity(item, 2), activity(item, 3)};
  ack.timers = {timer(item, 4, soon)};
  ack.stays_resident = true;
  world.ack(ack).value();
  const auto leased = world.fetch_work().at(0);
  world.enqueue(raise_item("a", "Later"), Milliseconds{5000}).value();
  world.raise("a", "Now");
  const auto turn = world.fetch_one();
  world.raise("a", "Next");
  const auto told = world.worker->ask<Answer<std::vector<LockToken>>>(AwaitCancelledWork{});
  world.run();

  terminate(world, "a").value();
  CHECK(depths(world) == QueueDepths{});
  REQUIRE(told.answered());
  CHECK(told.value() == std::vector<LockToken>{leased.lock_token});
  CHECK(world.complete(leased, "r").error().kind == Kind::invalid_lock_token);
  CHECK(world.ack(ack_of(turn)).error().kind == Kind::invalid_lock_token);
  CHECK(ids_of(ask_for_work(world, *world.worker)).empty());
  CHECK(world.nothing_to_fetch());
}

TEST_CASE("an instance is terminated in whatever state it is", "[conformance][terminate]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  SECTION("not begun") {
    world.start("a");
  }
  SECTION("its start delayed") {
    world.enqueue(start_item("a"), Milliseconds{1000}).value();
  }
  SECTION("paused") {
    world.start("a");
    pause(world, PauseScope::of_instance("a")).value();
  }
  SECTION("paused as everything") {
    world.start("a");
    pause(world, PauseScope::of_store()).value();
  }
  SECTION("in quarantine") {
    world.start("a");
    world
        .ask<Done>(*world.dispatcher,
                   AbandonOrchestrationItem{world.fetch_one().lock_token, {}, false, {}, "poison"})
        .value();
  }
  SECTION("between two executions") {
    world.start("a");
    world.ack(continue_of(world.fetch_one())).value();
  }
  terminate(world, "a").value();
  CHECK(world.status("a").is_cancelled());
  const auto history = world.history("a");
  REQUIRE(history.size() == 3);
  const auto& started = std::get<event::OrchestrationStarted>(history.at(0).kind);
  CHECK(started.name == "Test");
  CHECK((started.input == "input" || started.input == "next"));
  CHECK(depths(world) == QueueDepths{});
  CHECK(world.manage<Answer<std::vector<QuarantinedItem>>>(management::ListQuarantined{})
            .value()
            .empty());
  for (const auto& item : paused(world)) {
    CHECK(item.scope.kind == PauseScope::Kind::store);
  }
}

TEST_CASE("an instance whose history cannot be read is terminated", "[corruption][terminate]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  world.start("a");
  const auto item = world.fetch_one();
  const Timestamp soon = world.clock->now() + 1s;
  auto ack = ack_of(item, {started_event(), timer_event(soon)});
  ack.timers = {timer(item, 2, soon)};
  world.ack(ack).value();
  world.raise("a", "Go");
  faulty.kv->plant(Table::history,
                   storage::make_key(std::uint64_t{1}, std::uint64_t{1}, std::uint64_t{1}),
                   "not a history");
  CHECK(world.nothing_to_fetch());
  terminate(world, "a").value();
  CHECK(world.status("a").is_cancelled());
  CHECK(depths(world) == QueueDepths{});
}

TEST_CASE("a parent learns that its child was terminated", "[conformance][terminate][children]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("parent");
  auto ack = ack_of(world.fetch_one());
  ack.orchestrator_items = {child_item("child", "parent", 7)};
  world.ack(ack).value();
  world.ack(ack_of(world.fetch_one())).value();
  terminate(world, "child", "enough").value();
  const auto item = world.fetch_one();
  CHECK(item.instance == "parent");
  const auto& failed = std::get<work::SubOrchFailed>(item.messages.at(0));
  CHECK(failed.execution_id == 1);
  CHECK(failed.id == 7);
  CHECK(failed.details.is_cancelled());
  CHECK(failed.details.message == "enough");
  REQUIRE(failed.details.chain.size() == 1);
  CHECK(failed.details.chain.at(0).instance == "child");
}

TEST_CASE("attached children end with their parent", "[conformance][terminate][children]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("a");
  auto ack = ack_of(world.fetch_one());
  ack.orchestrator_items = {child_item("b", "a"), child_item("done", "a", 3),
                            start_item("detached")};
  world.ack(ack).value();
  for (const auto& item : world.fetch()) {
    auto next = ack_of(item);
    next.orchestrator_items = {child_item("c", "b")};
    world.ack(next).value();
  }
  for (const auto& item : world.fetch(10)) {
    world.ack(item.instance == "done" ? complete_of(item) : ack_of(item)).value();
  }
  terminate(world, "a", "enough").value();
  for (const auto* id : {"a", "b", "c"}) {
    CAPTURE(id);
    CHECK(world.status(id).is_cancelled());
  }
  CHECK(world.status("b").error()->message == "the parent instance a was terminated (enough)");
  CHECK(world.status("done").is_completed());
  CHECK(world.status("detached").is_running());
  CHECK(depths(world).orchestrator_queue == 0);
}

TEST_CASE("a termination that finds no room has ended nothing", "[commit_failure][terminate]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  schedule(world, {{2}});
  const auto leased = world.fetch_work().at(0);
  world.raise("a", "Go");
  const auto turn = world.fetch_one();
  const auto before = dump(*faulty.kv);
  faulty.kv->room = 0;
  CHECK(terminate(world, "a").error().kind == Kind::disk_full);
  faulty.kv->room = FaultyKv::endless;
  CHECK(dump(*faulty.kv) == before);
  CHECK(world.status("a").is_running());
  end_pause(world);
  // What was under way goes on.
  CHECK(world.ack(ack_of(turn)));
  CHECK(world.complete(leased, "r"));
  terminate(world, "a").value();
  CHECK(world.status("a").is_cancelled());
}

TEST_CASE("a terminated instance stays so when the store is opened again", "[reopen][terminate]") {
  auto first = std::make_unique<FaultyWorld>();
  const auto kv = first->kv;
  schedule(first->world, {{2}});
  terminate(first->world, "a").value();
  FaultyWorld::crash(first);
  FaultyWorld second(kv);
  CHECK(second.world.status("a").is_cancelled());
  CHECK(second.world.nothing_to_fetch());
  CHECK(ids_of(ask_for_work(second.world, *second.world.worker)).empty());
}

}  // namespace duroxide::terminate_test
