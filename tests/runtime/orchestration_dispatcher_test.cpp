// The orchestration dispatcher: credits, routing, residency, back-off, stopping. Provider and
// orchestrators are scripted.

#include <algorithm>

#include "fixture.hpp"
#include "runtime/orchestration_dispatcher.hpp"

namespace duroxide::orchestration_dispatcher_test {

using namespace duroxide::provider;
using namespace duroxide::runtime;
using namespace duroxide::runtime::test;
using Kind = TurnEnded::Kind;

namespace {

using ScriptedOrchestrator = ScriptedActor<OrchestratorActor, Asked<RunTurn, TurnEnded>,
                                           Received<Leave>, Received<storage::AckRefused>>;

struct DispatcherFixture : Fixture {
  explicit DispatcherFixture(RuntimeOptions options = RuntimeOptions())
      : Fixture(std::move(options)) {
    dispatcher = system.get().spawn<OrchestrationDispatcher>(
        environment, [this](const std::string& instance) {
          made.emplace_back(instance, ScriptedOrchestrator(system));
          return made.back().second.actor();
        });
    system.run();
  }
  ~DispatcherFixture() {
    for (auto& [instance, orchestrator] : made) {
      orchestrator.end();
    }
    provider.end();
    drain();
    give_up();
  }

  /// Answers the parked fetch with the first items of these instances, and returns its credit.
  std::uint64_t deliver(const std::vector<std::string>& instances) {
    Items items;
    for (const std::string& instance : instances) {
      items.push_back(start_item(instance, "O"));
    }
    return deliver_items(std::move(items));
  }
  std::uint64_t deliver_items(Items items) {
    return provider.answer<FetchOrchestrationItem>(Answer<Items>(std::move(items))).max_items;
  }
  /// The orchestrator made last for an instance.
  ScriptedOrchestrator& of(const std::string& instance) {
    const auto found = std::find_if(made.rbegin(), made.rend(),
                                    [&](const auto& each) { return each.first == instance; });
    REQUIRE(found != made.rend());
    return found->second;
  }
  RunTurn end_turn(const std::string& instance, Kind kind = Kind::resident) {
    return of(instance).answer<RunTurn>(TurnEnded{kind, {"orchestration O", "nothing"}});
  }
  bool was_told_to_leave(const std::string& instance) { return of(instance).count<Leave>() == 1; }
  void give_up() {
    actors::send_from_outside(dispatcher, GiveUp{});
    system.run();
  }
  void drain() {
    actors::send_from_outside(dispatcher, Drain{[this] { drained = true; }});
    system.run();
  }

  std::vector<std::pair<std::string, ScriptedOrchestrator>> made;
  OrchestrationDispatcherActor dispatcher;
  bool drained = false;
};

}  // namespace

TEST_CASE("dispatcher: it asks for as many items as it has room for", "[turns]") {
  DispatcherFixture f(RuntimeOptions().orchestration_concurrency(3));
  CHECK(f.deliver({"a"}) == 3);
  SECTION("what an answer leaves over is asked for again") {
    CHECK(f.deliver({"b", "c"}) == 2);
    SECTION("no room, no request") {
      CHECK(f.provider.count<FetchOrchestrationItem>() == 0);
      f.end_turn("b");
      CHECK(f.provider.take<FetchOrchestrationItem>().request.max_items == 1);
    }
  }
  SECTION("never two requests at once") {
    f.end_turn("a");
    CHECK(f.provider.count<FetchOrchestrationItem>() == 1);
  }
}

TEST_CASE("dispatcher: all items of an instance go to the same orchestrator", "[turns]") {
  DispatcherFixture f;
  f.deliver({"a", "b"});
  CHECK(f.end_turn("a").item.instance == "a");
  CHECK(f.end_turn("b").keep_resident);
  f.deliver_items({next_item("a", 2, work::ExternalRaised{"a", "e", ""})});
  CHECK(f.made.size() == 2);
  CHECK(f.end_turn("a", Kind::gone).item.history_size == 2);
  SECTION("one that is gone is replaced") {
    f.deliver({"a"});
    CHECK(f.made.size() == 3);
  }
}

TEST_CASE("dispatcher: above the limit the least recently used one is evicted",
          "[turns][residency]") {
  DispatcherFixture f(RuntimeOptions().max_resident_instances(2));
  f.deliver({"a", "b", "c"});
  CHECK_FALSE(f.was_told_to_leave("a"));  // busy ones stay
  f.end_turn("b");
  CHECK(f.was_told_to_leave("b"));
  CHECK(f.provider.take<ReleaseInstance>().request.instance == "b");
  f.end_turn("c");
  f.end_turn("a");
  CHECK_FALSE(f.was_told_to_leave("c"));
  f.deliver_items({next_item("c", 2, work::ExternalRaised{"c", "e", ""})});
  f.end_turn("c");
  f.deliver({"d"});
  f.end_turn("d");
  CHECK(f.was_told_to_leave("a"));
  CHECK_FALSE(f.was_told_to_leave("c"));
}

TEST_CASE("dispatcher: residency 0 keeps nothing", "[turns][residency]") {
  DispatcherFixture f(RuntimeOptions().max_resident_instances(0));
  f.deliver({"a"});
  CHECK_FALSE(f.end_turn("a", Kind::gone).keep_resident);
  CHECK_FALSE(f.was_told_to_leave("a"));  // it knows by itself
  f.deliver({"a"});
  CHECK(f.made.size() == 2);
}

TEST_CASE("dispatcher: what is idle for long is evicted when the clock says so",
          "[turns][residency]") {
  DispatcherFixture f(RuntimeOptions().idle_eviction(Milliseconds(1000)));
  f.deliver({"a", "b"});
  f.end_turn("a");
  f.clock->advance(Milliseconds(600));
  f.system.run();
  f.end_turn("b");
  f.clock->advance(Milliseconds(600));
  f.system.run();
  CHECK(f.was_told_to_leave("a"));
  CHECK_FALSE(f.was_told_to_leave("b"));
  CHECK(f.provider.take<ReleaseInstance>().request.instance == "a");
  f.clock->advance(Milliseconds(400));
  f.system.run();
  CHECK(f.was_told_to_leave("b"));
}

TEST_CASE("dispatcher: an instance evicted while its item was on the way comes again with history",
          "[turns][residency]") {
  DispatcherFixture f;
  const auto item = next_item("a", 5, work::ExternalRaised{"a", "e", ""});
  f.deliver_items({item});
  CHECK(f.made.empty());
  CHECK(f.provider.take<ReleaseInstance>().request.instance == "a");
  const auto abandon = f.provider.answer<AbandonOrchestrationItem>(Done());
  CHECK(abandon.lock_token == item.lock_token);
  CHECK(abandon.ignore_attempt);
  CHECK(abandon.delay == Milliseconds(0));
}

TEST_CASE("dispatcher: an orchestrator without the history it needs is replaced",
          "[turns][residency]") {
  DispatcherFixture f;
  f.deliver({"a"});
  const auto turn = f.end_turn("a", Kind::history_missing);
  CHECK(f.was_told_to_leave("a"));
  CHECK(f.provider.take<ReleaseInstance>().request.instance == "a");
  CHECK(f.provider.take<AbandonOrchestrationItem>().request.lock_token == turn.item.lock_token);
}

TEST_CASE(
    "dispatcher: an unknown orchestration by an instance that is named like one hints at a mix-up",
    "[turns][registration]") {
  DispatcherFixture f;
  f.orchestration("Pay", [](OrchestrationContext) -> Task<std::string> { co_return ""; });
  f.deliver({"Pay"});
  f.end_turn("Pay", Kind::not_registered);
  const std::string hint =
      ". There is an orchestration by the name of the instance, `Pay`: start_orchestration takes "
      "the id "
      "of the instance first, then the orchestration";
  CHECK(f.provider.answer<AbandonOrchestrationItem>(Done()).waiting_for ==
        "waiting for registration of orchestration O" + hint);
  REQUIRE(f.logged.size() == 1);
  CHECK_THAT(f.logged[0].message, Catch::EndsWith(hint));
}

TEST_CASE("dispatcher: an instance without code is tried again, later each time",
          "[turns][registration]") {
  DispatcherFixture f(
      RuntimeOptions().unregistered_backoff(Milliseconds(1000), Milliseconds(3000)));
  std::vector<std::int64_t> delays;
  for (int i = 0; i < 4; ++i) {
    f.deliver({"a"});
    f.end_turn("a", Kind::not_registered);
    const auto abandon = f.provider.answer<AbandonOrchestrationItem>(Done());
    CHECK(abandon.ignore_attempt);
    CHECK(abandon.waiting_for == "waiting for registration of orchestration O");
    delays.push_back(abandon.delay.count());
  }
  CHECK(delays == std::vector<std::int64_t>{1000, 2000, 3000, 3000});
  CHECK(f.logged.size() == 1);
  CHECK(f.logged[0].level == LogLevel::warn);
  SECTION("once it ran, the next time begins from the start") {
    f.deliver({"a"});
    f.end_turn("a", Kind::gone);
    f.deliver({"a"});
    f.end_turn("a", Kind::not_registered);
    CHECK(f.provider.take<AbandonOrchestrationItem>().request.delay == Milliseconds(1000));
  }
}

TEST_CASE("dispatcher: an orchestrator that died costs an attempt, not the instance",
          "[turns][poison]") {
  DispatcherFixture f;
  f.deliver({"a"});
  f.end_turn("a");
  f.of("a").end();
  f.deliver({"a"});
  CHECK(f.provider.count<ReleaseInstance>() == 1);
  CHECK_FALSE(f.provider.take<AbandonOrchestrationItem>().request.ignore_attempt);
  f.deliver({"a"});
  CHECK(f.made.size() == 2);
}

TEST_CASE("dispatcher: a failed fetch is repeated after a pause", "[turns][retry]") {
  DispatcherFixture f;
  f.provider.answer<FetchOrchestrationItem>(
      Answer<Items>(failure(provider_error(ProviderError::Kind::storage))));
  CHECK(f.provider.count<FetchOrchestrationItem>() == 0);
  CHECK(f.logged.size() == 1);
  actors::send_from_outside(f.dispatcher, TryAgain{});
  f.system.run();
  CHECK(f.provider.count<FetchOrchestrationItem>() == 1);
}

TEST_CASE("dispatcher: a store that is gone ends the work", "[turns][stop]") {
  DispatcherFixture f;
  SECTION("closed") {
    f.provider.answer<FetchOrchestrationItem>(
        Answer<Items>(failure(provider_error(ProviderError::Kind::closed))));
  }
  SECTION("ended without an answer") {
    f.provider.end();
  }
  CHECK_FALSE(*f.environment->store_works);
  f.drain();
  CHECK(f.drained);
}

TEST_CASE("dispatcher: draining waits for the turns, then gives the leases back", "[turns][stop]") {
  DispatcherFixture f;
  f.deliver({"a", "b"});
  f.end_turn("b");
  f.drain();
  CHECK(f.provider.count<ReleaseHolder>() == 0);
  f.deliver({"c"});  // too late
  CHECK(f.made.size() == 2);
  SECTION("until they have ended") {
    f.end_turn("a");
  }
  SECTION("or until nobody waits any longer") {
    f.give_up();
  }
  CHECK_FALSE(f.drained);
  f.provider.answer<ReleaseHolder>(Done());
  CHECK(f.drained);
  CHECK(f.was_told_to_leave("b"));
  CHECK(actors::has_ended(f.dispatcher));
}

TEST_CASE("dispatcher: draining is immediate when nothing runs", "[turns][stop]") {
  DispatcherFixture f;
  f.drain();
  f.provider.answer<ReleaseHolder>(Done());
  CHECK(f.drained);
}

}  // namespace duroxide::orchestration_dispatcher_test
