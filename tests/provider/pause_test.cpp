// Pausing: what an operator wants left alone stays where it is, durably, until somebody resumes it.

#include <catch2/catch.hpp>

#include "conformance/work_steps.hpp"
#include "provider/acting_steps.hpp"
#include "provider/faulty_world.hpp"

namespace duroxide::pause_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;
using storage::Table;

namespace {

const auto the_instance = PauseScope::of_instance("a");
const auto the_name = PauseScope::of_orchestration("Test");
const auto the_store = PauseScope::of_store();

}  // namespace

TEST_CASE("what is paused is handed no turn until it is resumed", "[conformance][pause]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  const auto scope = GENERATE(the_instance, the_name, the_store);
  CAPTURE(to_string(scope.kind));
  world.start("a");
  pause(world, scope).value();
  CHECK(world.nothing_to_fetch());
  world.raise("a", "One");
  world.raise("a", "Two");
  CHECK(world.nothing_to_fetch());
  const auto fetch = world.fetch_later();
  CHECK_FALSE(fetch.answered());

  resume(world, scope).value();
  REQUIRE(fetch.answered());
  const auto& messages = fetch.value().at(0).messages;
  CHECK(messages ==
        std::vector<WorkItem>{start_item("a"), raise_item("a", "One"), raise_item("a", "Two")});
  CHECK(fetch.value().at(0).attempt_count == 1);
}

TEST_CASE("a pause concerns its scope alone", "[conformance][pause]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("a", "Slow");
  world.start("b", "Slow");
  world.start("c", "Quick");
  pause(world, PauseScope::of_instance("a")).value();
  CHECK(handed_out(world) == Ids{"b", "c"});
  world.start("d", "Slow");
  pause(world, PauseScope::of_orchestration("Slow")).value();
  world.start("e", "Quick");
  CHECK(handed_out(world) == Ids{"e"});
  // Each pause holds by itself.
  resume(world, PauseScope::of_instance("a")).value();
  CHECK(world.nothing_to_fetch());
  resume(world, PauseScope::of_orchestration("Slow")).value();
  CHECK(handed_out(world) == Ids{"a", "d"});
}

TEST_CASE("what is paused is listed, the store first", "[conformance][pause]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  CHECK(paused(world).empty());
  world.start("b");
  world.start("a");
  const auto start = world.clock->now();
  for (const auto& scope : {PauseScope::of_instance("b"), PauseScope::of_instance("a"), the_name,
                            PauseScope::of_orchestration("Never started"), the_store}) {
    pause(world, scope).value();
    world.clock->advance(1s);
  }
  const auto items = paused(world);
  REQUIRE(items.size() == 5);
  CHECK(items.at(0).scope == the_store);
  CHECK(items.at(0).since == start + 4s);
  CHECK(items.at(1).scope == PauseScope::of_orchestration("Never started"));
  CHECK(items.at(2).scope == the_name);
  CHECK(items.at(3).scope == PauseScope::of_instance("a"));
  CHECK(items.at(4).scope == PauseScope::of_instance("b"));
  CHECK(items.at(4).since == start);
}

TEST_CASE("pausing what is paused and resuming what is not change nothing",
          "[conformance][pause]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  const auto scope = GENERATE(the_instance, the_name, the_store);
  CAPTURE(to_string(scope.kind));
  world.start("a");
  resume(world, scope).value();
  CHECK(paused(world).empty());
  pause(world, scope).value();
  const auto since = world.clock->now();
  world.clock->advance(1s);
  pause(world, scope).value();
  REQUIRE(paused(world).size() == 1);
  CHECK(paused(world).at(0).since == since);
  resume(world, scope).value();
  resume(world, scope).value();
  CHECK(paused(world).empty());
  CHECK(handed_out(world) == Ids{"a"});
}

TEST_CASE("only an instance that runs can be paused", "[conformance][pause]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  CHECK(pause(world, the_instance).error().kind == Kind::instance_not_found);
  CHECK(pause(world, the_instance).error().operation == "pause");
  CHECK(resume(world, the_instance).error().kind == Kind::instance_not_found);
  CHECK(resume(world, the_instance).error().operation == "resume");
  world.start("a");
  world.ack(complete_of(world.fetch_one())).value();
  CHECK(pause(world, the_instance).error().kind == Kind::instance_finished);
  resume(world, the_instance).value();
  CHECK(pause(world, PauseScope::of_instance("")).error().kind == Kind::invalid_input);
  CHECK(pause(world, PauseScope::of_orchestration("")).error().kind == Kind::invalid_input);
  CHECK(pause(world, {PauseScope::Kind::store, "a"}).error().kind == Kind::invalid_input);
  CHECK(pause(world, {static_cast<PauseScope::Kind>(7), ""}).error().kind == Kind::invalid_input);
  CHECK(paused(world).empty());
}

TEST_CASE("a turn that is under way when its instance is paused ends", "[conformance][pause]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("a");
  const auto item = world.fetch_one();
  pause(world, the_instance).value();
  world.raise("a", "Go");
  auto ack = ack_of(item);
  ack.stays_resident = true;
  ack.worker_items = {activity(item, 2)};
  world.ack(ack).value();
  CHECK(world.nothing_to_fetch());
  // Its activities run, and their results wait.
  world.complete(world.fetch_work().at(0), "r").value();
  CHECK(world.nothing_to_fetch());
  resume(world, the_instance).value();
  const auto next = world.fetch_one();
  CHECK_FALSE(next.history_included);
  CHECK(next.messages.size() == 2);
}

TEST_CASE("a paused store hands out no activity, but fires timers", "[conformance][pause]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("a");
  const auto item = world.fetch_one();
  auto ack = ack_of(item);
  ack.worker_items = {activity(item, 2)};
  ack.timers = {timer(item, 3, world.clock->now() + 1s)};
  world.ack(ack).value();
  pause(world, the_store).value();
  const auto work = ask_for_work(world, *world.worker);
  CHECK_FALSE(work.answered());
  world.clock->advance(1s);
  const auto due = world.due().value().lock_tokens;
  REQUIRE(due.size() == 1);
  world.ask<Done>(*world.timers, AckTimer{due}).value();
  CHECK(world.nothing_to_fetch());
  resume(world, the_store).value();
  CHECK(ids_of(work) == CallIds{2});
  CHECK(work.value().at(0).attempt_count == 1);
  CHECK(world.fetch_one().messages.size() == 1);
}

TEST_CASE("cancelling an instance ends its own pause", "[conformance][pause]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("a");
  pause(world, the_instance).value();
  CHECK(world.nothing_to_fetch());
  SECTION("and it is handed out") {
    world.enqueue(work::CancelInstance{"a", "enough"}).value();
    CHECK(paused(world).empty());
    CHECK(world.fetch_one().messages.size() == 2);
  }
  SECTION("but not those of its name") {
    pause(world, the_name).value();
    world.enqueue(work::CancelInstance{"a", "enough"}).value();
    CHECK(paused(world).size() == 1);
    CHECK(world.nothing_to_fetch());
    resume(world, the_name).value();
    CHECK(world.fetch_one().messages.size() == 2);
  }
  SECTION("nor that of the store") {
    pause(world, the_store).value();
    world.enqueue(work::CancelInstance{"a", "enough"}).value();
    CHECK(paused(world).size() == 1);
    CHECK(world.nothing_to_fetch());
    resume(world, the_store).value();
    CHECK(world.fetch_one().messages.size() == 2);
  }
  SECTION("also when its parent gives it up") {
    world.start("parent");
    auto ack = ack_of(world.fetch_one());
    ack.orchestrator_items = {work::CancelInstance{"a", "enough", {}}};
    world.ack(ack).value();
    CHECK(paused(world).empty());
    CHECK(world.fetch_one().instance == "a");
  }
}

TEST_CASE("a pause of an instance ends with it", "[conformance][pause]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("a");
  const auto item = world.fetch_one();
  pause(world, the_instance).value();
  const bool continues = GENERATE(false, true);
  world.ack(continues ? continue_of(item) : complete_of(item)).value();
  CHECK(paused(world).size() == (continues ? 1 : 0));
  CHECK(world.nothing_to_fetch());
}

TEST_CASE("pauses outlive the store that was told", "[reopen][pause]") {
  const auto scope = GENERATE(the_instance, the_name, the_store);
  CAPTURE(to_string(scope.kind));
  auto first = std::make_unique<FaultyWorld>();
  const auto kv = first->kv;
  first->world.start("a");
  pause(first->world, scope).value();
  const bool crash = GENERATE(false, true);
  if (crash) {
    FaultyWorld::crash(first);
  }
  first.reset();
  FaultyWorld second(kv);
  World& world = second.world;
  REQUIRE(paused(world).size() == 1);
  CHECK(paused(world).at(0).scope == scope);
  CHECK(world.nothing_to_fetch());
  resume(world, scope).value();
  CHECK(handed_out(world) == Ids{"a"});
}

TEST_CASE("a pause that finds no room holds nothing", "[commit_failure][pause]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  const auto scope = GENERATE(the_instance, the_name, the_store);
  CAPTURE(to_string(scope.kind));
  world.start("a");
  faulty.kv->room = 0;
  CHECK(pause(world, scope).error().kind == Kind::disk_full);
  faulty.kv->room = FaultyKv::endless;
  end_pause(world);
  CHECK(paused(world).empty());
  CHECK(handed_out(world) == Ids{"a"});
}

TEST_CASE("a resumption that finds no room lets nothing go", "[commit_failure][pause]") {
  FaultyWorld faulty;
  World& world = faulty.world;
  const auto scope = GENERATE(the_instance, the_name, the_store);
  CAPTURE(to_string(scope.kind));
  world.start("a");
  pause(world, scope).value();
  CHECK(world.nothing_to_fetch());
  const auto fetch = world.fetch_later();
  faulty.kv->room = 0;
  CHECK(resume(world, scope).error().kind == Kind::disk_full);
  faulty.kv->room = FaultyKv::endless;
  end_pause(world);
  CHECK(paused(world).size() == 1);
  CHECK_FALSE(fetch.answered());
  resume(world, scope).value();
  CHECK(fetch.answered());
}

TEST_CASE("of several pauses and resumptions in one batch the last counts", "[pause]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  world.start("a");
  const bool ends_paused = GENERATE(false, true);
  for (const bool pause_now : {true, false, true, false}) {
    (void)world.client->ask_management<Done>(management_of(*world.store),
                                             management::Pause{the_instance, pause_now});
  }
  if (ends_paused) {
    (void)world.client->ask_management<Done>(management_of(*world.store),
                                             management::Pause{the_instance, true});
  }
  world.run();
  CHECK(paused(world).size() == (ends_paused ? 1 : 0));
  CHECK(world.nothing_to_fetch() == ends_paused);
}

TEST_CASE("a row of table paused that cannot be read is named", "[corruption][pause]") {
  FaultyWorld faulty;
  faulty.kv->plant(Table::paused, "iz", "short");
  const auto answer =
      faulty.world.manage<Answer<std::vector<PausedItem>>>(management::ListPaused{});
  CHECK(answer.error().kind == Kind::corrupt);
  CHECK(answer.error().message.find("paused") != std::string::npos);
}

}  // namespace duroxide::pause_test
