// Several runtimes with different registrations on one store: what one has no code for goes to another.

#include <catch2/catch.hpp>

#include "conformance/work_steps.hpp"
#include "engine/unknown_names.hpp"
#include "provider/faulty_world.hpp"
#include "provider/unregistered.hpp"

namespace duroxide::unregistered_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace duroxide::unregistered;
using namespace std::chrono_literals;

TEST_CASE("a turn that a runtime has no code for goes to another at once",
          "[registration][turns]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  Partner& first = *world.dispatcher;
  auto second = make_partner(world);
  const auto refused = ask_for_turns(world, first, 1);
  const auto waits = ask_for_turns(world, second, 1);
  world.start("a", "Foreign");
  refuse(world, first, refused.value().at(0));
  REQUIRE(instances_of(waits) == Instances{"a"});
  CHECK(waits.value().at(0).attempt_count == 1);
  CHECK_FALSE(waiting_for(world, "a"));

  SECTION("and what needs the same code is not offered to it again") {
    const auto own = ask_for_turns(world, first);
    const auto foreign = ask_for_turns(world, second);
    world.start("b", "Foreign");
    world.start("c", "Own");
    CHECK(instances_of(own) == Instances{"c"});
    CHECK(instances_of(foreign) == Instances{"b"});
  }
  SECTION("and once more when it has a version, but not again then") {
    world.ask<Done>(second, ack_of(waits.value().at(0))).value();
    const auto in_version = ask_for_turns(world, first);
    world.raise("a", "Go");
    refuse(world, first, in_version.value().at(0));
    const auto own = ask_for_turns(world, first);
    world.ask<Done>(second, ack_of(ask_for_turns(world, second).value().at(0))).value();
    world.raise("a", "Go");
    CHECK_FALSE(own.answered());
    CHECK(instances_of(ask_for_turns(world, second)) == Instances{"a"});
  }
  second.die();
}

TEST_CASE("what only another runtime knows waits until that has room", "[registration][turns]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  Partner& first = *world.dispatcher;
  auto second = make_partner(world);
  world.start("s", "Own");
  REQUIRE(instances_of(ask_for_turns(world, second, 1)) == Instances{"s"});  // and is busy with it
  teach(world, first, "Foreign");
  world.start("a", "Foreign");
  world.start("b", "Own");
  world.start("c", "Foreign");
  CHECK(instances_of(ask_for_turns(world, first)) == Instances{"b"});
  CHECK(waiting_for(world, "taught-Foreign") == "registration of Foreign");
  CHECK(waiting_for(world, "a") == "registration of Foreign");

  SECTION("in the order in which it came") {
    CHECK(instances_of(ask_for_turns(world, second)) == Instances{"taught-Foreign", "a", "c"});
    CHECK_FALSE(waiting_for(world, "a"));
  }
  SECTION("in turn with what waits in the queue") {
    world.start("d", "Own");
    world.start("e", "Own");
    for (const char* next : {"taught-Foreign", "d", "a", "e", "c"}) {
      CHECK(instances_of(ask_for_turns(world, second, 1)) == Instances{next});
    }
  }
  SECTION("with all messages that have come meanwhile") {
    world.raise("a", "Go");
    const auto items = ask_for_turns(world, second).value();
    REQUIRE(items.size() == 3);
    CHECK(items.at(1).messages.size() == 2);
  }
  SECTION("unless it is deleted or paused meanwhile") {
    world.manage<Done>(management::Pause{PauseScope::of_instance("a"), true}).value();
    world.manage<Done>(management::TerminateInstance{"c", "enough"}).value();
    CHECK(instances_of(ask_for_turns(world, second)) == Instances{"taught-Foreign"});
    const auto waits = ask_for_turns(world, second);
    world.manage<Done>(management::Pause{PauseScope::of_instance("a"), false}).value();
    CHECK(instances_of(waits) == Instances{"a"});
  }
  SECTION("and if that leaves, everybody is asked again") {
    second.die();
    world.run();
    world.system.run_delayed();
    const auto items = ask_for_turns(world, first).value();
    CHECK(items.size() == 4);  // `s` too, which the other has had
    for (const auto& item : items) {
      if (item.orchestration_name == "Foreign") {
        refuse(world, first, item);
      }
    }
    CHECK(waiting_for(world, "a") == "registration of Foreign");
  }
  second.die();
}

TEST_CASE("a turn that no runtime has code for is held back and shown", "[registration][turns]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  Partner& first = *world.dispatcher;
  auto second = make_partner(world);
  auto third = make_partner(world);
  const auto one = ask_for_turns(world, first);
  const auto two = ask_for_turns(world, second);
  world.start("a", "Nowhere");
  refuse(world, first, one.value().at(0));
  refuse(world, second, two.value().at(0));
  CHECK(waiting_for(world, "a") == "registration of Nowhere");
  const auto own = ask_for_turns(world, first);
  CHECK_FALSE(own.answered());

  SECTION("until its delay is over") {
    pass_time(world, 1h);
    CHECK(instances_of(own) == Instances{"a"});
    CHECK(own.value().at(0).attempt_count == 1);
  }
  SECTION("or another runtime starts, which gets it at once") {
    CHECK(instances_of(ask_for_turns(world, third)) == Instances{"a"});
    CHECK_FALSE(own.answered());
    CHECK_FALSE(waiting_for(world, "a"));
  }
  SECTION("or a runtime starts anew") {
    world.ask<Done>(second, ReleaseHolder{}).value();
    CHECK(instances_of(ask_for_turns(world, second)) == Instances{"a"});
  }
  SECTION("or somebody asks for it to be tried again, by each of them") {
    const auto other = ask_for_turns(world, second);
    CHECK(world.ask<Answer<std::uint64_t>>(*world.client, ReleaseFromQuarantine{"a"}).value() == 1);
    REQUIRE(instances_of(own) == Instances{"a"});
    refuse(world, first, own.value().at(0));
    CHECK(instances_of(other) == Instances{"a"});
  }
  SECTION("and a further instance of it is offered once to one of them") {
    world.start("b", "Nowhere");
    REQUIRE(instances_of(own) == Instances{"b"});
    refuse(world, first, own.value().at(0));
    CHECK(waiting_for(world, "b") == "registration of Nowhere");
    CHECK_FALSE(ask_for_turns(world, second).answered());
  }
  second.die();
  third.die();
}

TEST_CASE("a query goes to a runtime that has the code of its instance",
          "[registration][queries][turns]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  Partner& first = *world.dispatcher;
  auto second = make_partner(world);
  auto own = ask_for_turns(world, second, 1);
  world.start("a", "Foreign");
  REQUIRE(instances_of(own) == Instances{"a"});
  world.ask<Done>(second, ack_of(own.value().at(0), {started_event("Foreign")})).value();
  const auto ask_query = [&world](const std::string& id, std::uint64_t wait_id) {
    const auto asked = world.client->ask<Answer<std::optional<UpdateAnswer>>>(
        AskQuery{"a", {id, "Total", "in"}, wait_id});
    world.run();
    return asked;
  };
  const auto answer = [&](const OrchestrationItem& item) {
    CHECK(item.messages.empty());
    REQUIRE(item.questions.size() == 1);
    auto ack = ack_of(item);
    ack.events.clear();
    ack.updates = {UpdateAnswer{item.questions.front().id, "out"}};
    world.ask<Done>(second, ack).value();
  };

  // The first that is asked lacks the code, which only this tells.
  const auto refused = ask_for_turns(world, first, 1);
  const auto asked = ask_query("q1", 1);
  own = ask_for_turns(world, second, 1);
  REQUIRE(instances_of(refused) == Instances{"a"});
  refuse(world, first, refused.value().at(0));
  REQUIRE(instances_of(own) == Instances{"a"});
  answer(own.value().at(0));
  CHECK(asked.value()->output == "out");

  // From then on it is not asked, also if it waits in front.
  const auto waits = ask_for_turns(world, first, 1);
  own = ask_for_turns(world, second, 1);
  const auto again = ask_query("q2", 2);
  CHECK_FALSE(waits.answered());
  REQUIRE(instances_of(own) == Instances{"a"});
  answer(own.value().at(0));
  CHECK(again.value()->output == "out");
  second.die();
}

TEST_CASE("an instance that a runtime gives back without a delay is tried again at once",
          "[registration][turns]") {
  World world(Backend::memory);
  world.start("a", "Nowhere");
  AbandonOrchestrationItem request;
  request.lock_token = world.fetch_one().lock_token;
  request.ignore_attempt = true;
  request.unregistered = true;
  world.ask<Done>(*world.dispatcher, request).value();
  CHECK(world.fetch_one().attempt_count == 1);
}

TEST_CASE("versions are known one by one", "[registration][versioning][turns]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  Partner& first = *world.dispatcher;
  auto second = make_partner(world);
  const auto start = [&world](const std::string& id, std::optional<std::string> version) {
    world.enqueue(work::StartOrchestration{id, "O", "input", std::move(version), none}).value();
  };
  const auto refused = ask_for_turns(world, first);
  const auto taken = ask_for_turns(world, second);
  start("new", "2.0.0");
  refuse(world, first, refused.value().at(0));
  REQUIRE(instances_of(taken) == Instances{"new"});
  const auto own = ask_for_turns(world, first);
  const auto others = ask_for_turns(world, second);

  SECTION("another of it, or none in particular, is still offered") {
    const auto older = ask_for_turns(world, first);
    start("any", none);
    CHECK(instances_of(own) == Instances{"any"});
    start("new-too", "2.0.0");
    CHECK_FALSE(older.answered());
    CHECK(instances_of(others) == Instances{"new-too"});
    start("old", "1.0.0");
    CHECK(instances_of(older) == Instances{"old"});
  }
  SECTION("one that continues as it goes to those who know it") {
    start("old", "1.0.0");
    auto ack = continue_of(own.value().at(0));
    std::get<work::ContinueAsNew>(ack.orchestrator_items.at(0)).version = "2.0.0";
    ack.stays_resident = true;
    world.ask<Done>(first, ack).value();
    const auto next = ask_for_turns(world, first);
    if (next.answered()) {
      refuse(world, first, next.value().at(0));  // it was resident, so nobody looked
    }
    CHECK(instances_of(others) == Instances{"old"});
    CHECK(others.value().at(0).execution_id == 2);
  }
  second.die();
}

TEST_CASE("a long queue of what one runtime has no code for keeps its own work from nobody",
          "[registration][turns]") {
  World world(Backend::memory);
  Partner& first = *world.dispatcher;
  auto second = make_partner(world);
  world.start("s", "Own");
  REQUIRE(instances_of(ask_for_turns(world, second, 1)) == Instances{"s"});
  teach(world, first, "Foreign");
  constexpr int many = 3'000;
  for (int i = 0; i < many; ++i) {
    (void)world.client->ask<Done>(
        EnqueueOrchestratorWork{start_item("f" + std::to_string(i), "Foreign"), none, false});
  }
  world.start("own", "Own");
  const auto own = ask_for_turns(world, first, 5);
  for (int i = 0; i < 10 && !own.answered(); ++i) {
    pass_time(world, 1ms);
  }
  CHECK(instances_of(own) == Instances{"own"});
  std::size_t taken = 0;
  while (taken < many + 1) {
    const auto foreign = ask_for_turns(world, second, 1'000);
    REQUIRE(foreign.answered());
    taken += foreign.value().size();
  }
  CHECK_FALSE(ask_for_turns(world, second).answered());
  second.die();
}

TEST_CASE("what goes from one runtime to another is not counted as delivered twice",
          "[registration][reopen][poison]") {
  auto running = std::make_unique<FaultyWorld>();
  const auto kv = running->kv;
  {
    World& world = running->world;
    auto second = make_partner(world);
    const auto one = ask_for_work(world, *world.worker);
    const auto two = ask_for_work(world, second);
    call(world, *world.dispatcher, "a", "Foreign");
    refuse(world, *world.worker, one.value().at(0));
    REQUIRE(called_by(two) == Instances{"a"});
    const auto turn = ask_for_turns(world, *world.dispatcher);
    world.start("b", "Foreign");
    refuse(world, *world.dispatcher, turn.value().at(0));
    second.die();
  }
  FaultyWorld::crash(running);
  FaultyWorld second(kv);
  CHECK(second.world.fetch_one().attempt_count == 1);
  CHECK(second.world.fetch_work().at(0).attempt_count <= 2);  // the other had begun it
}

TEST_CASE("after a crash what is counted before its delivery goes to who knows it",
          "[registration][reopen][poison]") {
  auto running = std::make_unique<FaultyWorld>();
  const auto kv = running->kv;
  call(running->world, *running->world.dispatcher, "a", "Foreign");
  running->world.start("b", "Foreign");
  FaultyWorld::crash(running);
  FaultyWorld later(kv);
  World& world = later.world;
  auto second = make_partner(world);
  const auto turn = ask_for_turns(world, *world.dispatcher);
  refuse(world, *world.dispatcher, turn.value().at(0));
  const auto work = ask_for_work(world, *world.worker);
  refuse(world, *world.worker, work.value().at(0));
  const auto turns = ask_for_turns(world, second);
  REQUIRE(turns.answered());
  CHECK(turns.value().at(0).attempt_count == 1);
  const auto activities = ask_for_work(world, second);
  REQUIRE(activities.answered());
  CHECK(activities.value().at(0).attempt_count <= 2);
  second.die();
}

TEST_CASE("of very many names that runtimes have no code for, the first are forgotten",
          "[registration][limits]") {
  storage::UnknownNames names;
  CHECK(names.asks(1, TagFilter::any()));
  for (std::size_t i = 0; i < storage::UnknownNames::most_names; ++i) {
    names.add(std::to_string(i), 1, none);
  }
  names.add("0", 1, none);
  CHECK(names.is_unknown("1", 1));
  names.add("one more", 1, none);
  CHECK(names.is_unknown("one more", 1));
  CHECK_FALSE(names.is_unknown("1", 1));  // and so it is offered again
}

}  // namespace duroxide::unregistered_test
