// Several runtimes with different registrations on one store: what one has no code for goes to another.

#include <catch2/catch.hpp>

#include "conformance/work_steps.hpp"
#include "engine/unknown_names.hpp"
#include "provider/faulty_world.hpp"

namespace duroxide::unregistered_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;

namespace {

constexpr auto none = std::nullopt;

Pending<Answer<Items>> ask_for_turns(World& world, Partner& partner, std::uint64_t most = 10) {
  auto pending = partner.ask<Answer<Items>>(FetchOrchestrationItem{most});
  world.run();
  if (!pending.answered()) {
    world.system.run_delayed();
  }
  return pending;
}

std::vector<std::string> instances_of(const Pending<Answer<Items>>& pending) {
  std::vector<std::string> instances;
  if (pending.answered()) {
    for (const auto& item : pending.value()) {
      instances.push_back(item.instance);
    }
  }
  return instances;
}

using Instances = std::vector<std::string>;

/// As a runtime does it that has no code for the item.
void refuse(World& world, Partner& partner, const OrchestrationItem& item) {
  AbandonOrchestrationItem request;
  request.lock_token = item.lock_token;
  request.delay = 1h;
  request.ignore_attempt = true;
  request.waiting_for = "registration of " + item.orchestration_name;
  request.unregistered = true;
  world.ask<Done>(partner, request).value();
}

void refuse(World& world, Partner& partner, const WorkerItem& item) {
  AbandonWorker request;
  request.lock_token = item.lock_token;
  request.delay = 1h;
  request.ignore_attempt = true;
  request.waiting_for = "registration of " + item.item.name;
  request.unregistered = true;
  world.ask<Done>(partner, request).value();
}

std::optional<std::string> waiting_for(World& world, const std::string& instance) {
  return world.manage<Answer<InstanceInfo>>(management::GetInstanceInfo{instance})
      .value()
      .waiting_for;
}

/// Has `partner` give back the instance of `orchestration` that it is handed.
void teach(World& world, Partner& partner, const std::string& orchestration) {
  world.start("taught-" + orchestration, orchestration);
  const auto fetched = ask_for_turns(world, partner, 1);
  REQUIRE(instances_of(fetched) == Instances{"taught-" + orchestration});
  refuse(world, partner, fetched.value().at(0));
}

/// Starts `instance`, whose first turn, which `partner` has, schedules activity 2 of this name.
void call(World& world, Partner& partner, const std::string& instance, const std::string& name,
          const std::optional<std::string>& tag = none,
          const std::optional<std::string>& session = none) {
  world.start(instance);
  const auto item = ask_for_turns(world, partner, 1).value().at(0);
  auto ack = ack_of(item);
  auto execute = activity(item, 2);
  execute.name = name;
  execute.tag = tag;
  execute.session = session;
  ack.worker_items = {execute};
  world.ask<Done>(partner, ack).value();
}

std::vector<std::string> called_by(const PendingWork& pending) {
  std::vector<std::string> instances;
  if (pending.answered()) {
    for (const auto& item : pending.value()) {
      instances.push_back(item.item.instance);
    }
  }
  return instances;
}

}  // namespace

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

TEST_CASE("an activity that a runtime has no code for goes to another at once",
          "[registration][activities]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  Partner& first = *world.worker;
  auto second = make_partner(world);
  const auto refused = ask_for_work(world, first);
  const auto taken = ask_for_work(world, second);
  call(world, *world.dispatcher, "a", "Foreign");
  refuse(world, first, refused.value().at(0));
  REQUIRE(called_by(taken) == Instances{"a"});
  CHECK(taken.value().at(0).attempt_count == 1);
  CHECK_FALSE(waiting_for(world, "a"));

  SECTION("and others of this name are not offered to it again") {
    const auto own = ask_for_work(world, first);
    const auto others = ask_for_work(world, second);
    call(world, *world.dispatcher, "b", "Foreign");
    call(world, *world.dispatcher, "c", "Own");
    CHECK(called_by(own) == Instances{"c"});
    CHECK(called_by(others) == Instances{"b"});
    CHECK(others.value().at(0).attempt_count == 1);
  }
  SECTION("or waits until that has room") {
    call(world, *world.dispatcher, "b", "Foreign");
    call(world, *world.dispatcher, "c", "Own");
    CHECK(called_by(ask_for_work(world, first)) == Instances{"c"});
    CHECK(waiting_for(world, "b") == "registration of Foreign");
    SECTION("which it gets first") {
      call(world, *world.dispatcher, "d", "Own");
      CHECK(called_by(ask_for_work(world, second)) == Instances{"b", "d"});
      CHECK_FALSE(waiting_for(world, "b"));
    }
    SECTION("unless it is cancelled meanwhile") {
      CHECK(cancel(world, {2}, "b"));
      CHECK_FALSE(ask_for_work(world, second).answered());
    }
    SECTION("and if that leaves, everybody is asked again") {
      second.die();
      world.run();
      world.system.run_delayed();
      CHECK(called_by(ask_for_work(world, first)) == Instances{"a", "b"});
    }
  }
  second.die();
}

TEST_CASE("a long queue of activities that one runtime has no code for keeps no other waiting",
          "[registration][activities]") {
  World world(Backend::memory);
  Partner& first = *world.worker;
  auto second = make_partner(world);
  const auto refused = ask_for_work(world, first);
  const auto taken = ask_for_work(world, second);
  call(world, *world.dispatcher, "a", "Foreign");
  refuse(world, first, refused.value().at(0));
  REQUIRE(called_by(taken) == Instances{"a"});
  world.start("b");
  const auto item = ask_for_turns(world, *world.dispatcher, 1).value().at(0);
  auto ack = ack_of(item);
  constexpr std::uint64_t many = 3'000;
  for (std::uint64_t id = 2; id < 2 + many; ++id) {
    auto execute = activity(item, id);
    execute.name = "Foreign";
    ack.worker_items.push_back(std::move(execute));
  }
  world.ask<Done>(*world.dispatcher, ack).value();
  const auto own = ask_for_work(world, first);
  const auto others = ask_for_work(world, second);
  CHECK_FALSE(own.answered());
  CHECK(called_by(others).size() == 10);
  second.die();
}

TEST_CASE("an activity that no runtime has code for is held back and shown",
          "[registration][activities]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  Partner& first = *world.worker;
  auto second = make_partner(world);
  auto third = make_partner(world);
  const auto one = ask_for_work(world, first);
  const auto two = ask_for_work(world, second);
  call(world, *world.dispatcher, "a", "Nowhere");
  refuse(world, first, one.value().at(0));
  refuse(world, second, two.value().at(0));
  CHECK(waiting_for(world, "a") == "registration of Nowhere");
  const auto own = ask_for_work(world, first);
  CHECK_FALSE(own.answered());

  SECTION("until its delay is over") {
    pass_time(world, 1h);
    CHECK(called_by(own) == Instances{"a"});
    CHECK(own.value().at(0).attempt_count == 1);
  }
  SECTION("or another runtime starts, which gets it at once") {
    CHECK(called_by(ask_for_work(world, third)) == Instances{"a"});
    CHECK_FALSE(own.answered());
    CHECK_FALSE(waiting_for(world, "a"));
  }
  SECTION("or somebody asks for it to be tried again, by each of them") {
    const auto other = ask_for_work(world, second);
    CHECK(world.ask<Answer<std::uint64_t>>(*world.client, ReleaseFromQuarantine{"a"}).value() == 1);
    REQUIRE(called_by(own) == Instances{"a"});
    refuse(world, first, own.value().at(0));
    CHECK(called_by(other) == Instances{"a"});
  }
  second.die();
  third.die();
}

TEST_CASE("an activity is left only to those who take its tag",
          "[registration][activities][tags]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  Partner& first = *world.worker;
  auto second = make_partner(world);
  const auto refused = ask_for_work(world, first, TagFilter::any());
  const auto untagged = ask_for_work(world, second);
  call(world, *world.dispatcher, "a", "Draw", "gpu");
  refuse(world, first, refused.value().at(0));
  CHECK_FALSE(untagged.answered());
  CHECK(waiting_for(world, "a") == "registration of Draw");
  auto third = make_partner(world);
  CHECK(called_by(ask_for_work(world, third, TagFilter::only({"gpu"}))) == Instances{"a"});
  second.die();
  third.die();
}

TEST_CASE("a session goes to those who know its activities", "[registration][sessions]") {
  World world(GENERATE(Backend::memory, Backend::lmdb));
  Partner& first = *world.worker;
  auto second = make_partner(world);

  SECTION("if who has it can run nothing of it") {
    const auto refused = ask_for_work(world, first);
    const auto taken = ask_for_work(world, second);
    call(world, *world.dispatcher, "a", "Foreign", none, "s");
    refuse(world, first, refused.value().at(0));
    CHECK(called_by(taken) == Instances{"a"});
    call(world, *world.dispatcher, "b", "Own", none, "s");
    CHECK_FALSE(ask_for_work(world, first).answered());  // the session is the other's now
    CHECK(called_by(ask_for_work(world, second)) == Instances{"b"});
  }
  SECTION("not while who has it works on something else of it") {
    const auto own = ask_for_work(world, first);
    call(world, *world.dispatcher, "a", "Own", none, "s");
    REQUIRE(called_by(own) == Instances{"a"});
    call(world, *world.dispatcher, "b", "Foreign", none, "s");
    const auto taken = ask_for_work(world, second);
    refuse(world, first, ask_for_work(world, first).value().at(0));
    CHECK_FALSE(taken.answered());
    CHECK(waiting_for(world, "b") == "registration of Foreign");
    world.complete(own.value().at(0), "done").value();
    const auto again = ask_for_work(world, first);
    pass_time(world, 1h);
    refuse(world, first, again.value().at(0));
    CHECK(called_by(taken) == Instances{"b"});
  }
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
