// What ended the process is found: it is counted each time, however it comes, and takes nobody along.

#include <algorithm>
#include <map>

#include <catch2/catch.hpp>

#include "conformance/work_steps.hpp"
#include "provider/faulty_world.hpp"
#include "storage/keys.hpp"

namespace duroxide::suspects_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using storage::Table;

namespace {

using Running = std::unique_ptr<FaultyWorld>;

/// The process ends at once, and the next one opens the store: what was not committed is lost, and
/// nothing was given back.
Running die_and_open(Running& running) {
  const auto kv = running->kv;
  kv->failures = 1000;
  running.reset();
  kv->failures = 0;
  kv->broken_reason.reset();
  return std::make_unique<FaultyWorld>(kv);
}

/// What the disk says; 0 if it says nothing.
std::uint64_t counted_turns(const FaultyWorld& running, storage::Number number) {
  const auto view = running.kv->snapshot();
  const auto bytes = view->get(Table::attempts, storage::make_key(number));
  return bytes ? storage::number_at(*bytes, 0) : 0;
}

bool gets_no_work(World& world) {
  auto other = make_partner(world);
  const bool nothing = !ask_for_work(world, other).answered();
  other.die();
  world.run();
  return nothing;
}

std::vector<std::string> names_of(const Items& items) {
  std::vector<std::string> names;
  for (const OrchestrationItem& item : items) {
    names.push_back(item.instance);
  }
  return names;
}

/// Instances `a`, `b` and `c` whose turns were under way when the process died for the second time,
/// and one more with an activity.
Running with_suspects() {
  auto running = std::make_unique<FaultyWorld>();
  schedule(running->world, {{2}}, "works");
  for (const char* name : {"a", "b", "c"}) {
    running->world.start(name);
  }
  running = die_and_open(running);
  CHECK(running->world.fetch(10).size() == 3);
  return die_and_open(running);
}

}  // namespace

TEST_CASE("after a crash the first turn of what was there is counted, whatever brings it",
          "[reopen][restart][poison]") {
  auto running = std::make_unique<FaultyWorld>();
  schedule(running->world, {{2}});
  running = die_and_open(running);
  World& world = running->world;
  const auto turn = world.fetch_later();
  CHECK_FALSE(turn.answered());
  world.complete(world.fetch_work().at(0), "r").value();
  REQUIRE(turn.answered());
  CHECK(turn.value().at(0).attempt_count == 1);
  // On the disk before it was handed out, and with it what the activity came to.
  running = die_and_open(running);
  CHECK(counted_turns(*running, 1) == 1);
  CHECK(gets_no_work(running->world));
  const auto again = running->world.fetch_one();
  CHECK(again.attempt_count == 2);
  CHECK(again.messages == turn.value().at(0).messages);
  running->world.ack(ack_of(again)).value();
  CHECK(gets_no_work(running->world));
}

TEST_CASE("after a crash a new instance runs ahead of the disk only after a while",
          "[reopen][restart][poison]") {
  auto running = std::make_unique<FaultyWorld>();
  running = die_and_open(running);
  World& world = running->world;
  const bool early = GENERATE(true, false);
  world.clock->advance(early ? 59s : 60s);
  const auto turn = world.fetch_later();
  const auto started = world.client->ask<Done>(EnqueueOrchestratorWork{start_item("a"), {}, false});
  world.run();
  REQUIRE(turn.answered());
  CHECK(turn.value().at(0).attempt_count == 1);
  CHECK(started.answered() == early);
  CHECK(counted_turns(*running, 1) == (early ? 1 : 0));
  world.ack(ack_of(turn.value().at(0))).value();
  CHECK(counted_turns(*running, 1) == 0);
}

TEST_CASE("a turn that ends the process is counted each time, and who works beside it is not",
          "[reopen][restart][poison]") {
  auto running = std::make_unique<FaultyWorld>();
  schedule(running->world, {{2}}, "guilty");
  schedule(running->world, {{2}}, "innocent");
  std::uint32_t beside = 0;
  std::uint32_t turns = 0;
  for (int crash = 0; crash < 10; ++crash) {
    World& world = running->world;
    const auto turn = world.fetch_later(10);
    const auto work = world.worker->ask<Answer<WorkItems>>(DequeueWorkerPeekLock{10});
    world.run();
    if (work.answered()) {
      for (const WorkerItem& item : work.value()) {
        if (item.item.instance == "guilty") {
          (void)world.worker->ask<Done>(
              AckWorker{item.lock_token, work::ActivityCompleted{"guilty", 1, 2, "r"}});
        } else {
          beside = item.attempt_count;  // it takes long, and is still at work when the process ends
        }
      }
      world.run();
    }
    REQUIRE(turn.answered());
    CHECK(names_of(turn.value()) == std::vector<std::string>{"guilty"});
    turns = turn.value().at(0).attempt_count;
    running = die_and_open(running);
  }
  CHECK(turns == 9);
  CHECK(beside == 1);
}

TEST_CASE("a query that ends the process is counted each time, and leaves no trace if it does not",
          "[reopen][restart][poison][queries]") {
  using Asked = Answer<std::optional<UpdateAnswer>>;
  auto running = std::make_unique<FaultyWorld>();
  running->world.start("a");
  running->world.ack(ack_of(running->world.fetch_one(), {started_event()})).value();
  running = die_and_open(running);
  for (std::uint32_t attempt = 1; attempt <= 3; ++attempt) {
    (void)running->world.client->ask<Asked>(AskQuery{"a", {"q", "Total", ""}, 1});
    running->world.run();
    const auto item = running->world.fetch_one();
    CHECK(item.messages.empty());
    CHECK(item.questions.size() == 1);
    CHECK(item.attempt_count == attempt);
    CHECK(counted_turns(*running, 1) == attempt);
    running = die_and_open(running);
  }
  World& world = running->world;
  const auto asked = world.client->ask<Asked>(AskQuery{"a", {"q", "Total", ""}, 1});
  world.run();
  const auto item = world.fetch_one();
  CHECK(item.attempt_count == 4);
  auto ack = ack_of(item);
  ack.events.clear();  // it was only asked
  ack.updates = {UpdateAnswer{"q", "out"}};
  world.ack(ack).value();
  REQUIRE(asked.answered());
  CHECK(asked.value()->output == "out");
  CHECK(counted_turns(*running, 1) == 3);
  // It is taken up now: what comes next is not counted beforehand, and a turn that is through ends it.
  world.raise("a", "Go");
  world.ack(ack_of(world.fetch_one())).value();
  CHECK(counted_turns(*running, 1) == 0);
}

TEST_CASE("who may have ended the process when it was asked is tried before any activity runs",
          "[reopen][restart][poison][queries]") {
  using Asked = Answer<std::optional<UpdateAnswer>>;
  const bool survives = GENERATE(true, false);
  auto running = std::make_unique<FaultyWorld>();
  schedule(running->world, {{2}}, "works");
  running->world.start("a");
  running->world.ack(ack_of(running->world.fetch_one(), {started_event()})).value();
  const auto fetch_asked = [&running] {
    (void)running->world.client->ask<Asked>(AskQuery{"a", {"q", "Total", ""}, 1});
    running->world.run();
    return running->world.fetch_one();
  };
  running = die_and_open(running);
  CHECK(fetch_asked().attempt_count == 1);
  running = die_and_open(running);
  CHECK(gets_no_work(running->world));
  const auto item = fetch_asked();
  CHECK(item.attempt_count == 2);
  CHECK(gets_no_work(running->world));
  if (survives) {
    auto ack = ack_of(item);
    ack.events.clear();
    ack.updates = {UpdateAnswer{"q", "out"}};
    running->world.ack(ack).value();
  } else {
    AbandonOrchestrationItem abandon;
    abandon.lock_token = item.lock_token;
    abandon.quarantine = "it ends the process";
    (void)running->world.client->ask<Done>(abandon);
    running->world.run();
  }
  CHECK(running->world.fetch_work().at(0).attempt_count == 1);
  running = die_and_open(running);
  // One that is left alone is tried no more, and nobody waits for it.
  CHECK(gets_no_work(running->world) == survives);
}

TEST_CASE("after a second crash suspects have their turns one at a time",
          "[reopen][restart][poison]") {
  auto running = with_suspects();
  for (std::uint32_t attempt = 2; attempt <= 4; ++attempt) {
    const auto items = running->world.fetch(10);
    CHECK(names_of(items) == std::vector<std::string>{"a"});
    CHECK(items.at(0).attempt_count == attempt);
    running = die_and_open(running);
  }
  World& world = running->world;
  for (const char* name : {"a", "b", "c"}) {
    const auto items = world.fetch(10);
    REQUIRE(names_of(items) == std::vector<std::string>{name});
    CHECK(items.at(0).attempt_count == (items.at(0).instance == "a" ? 5 : 2));
    CHECK(world.nothing_to_fetch());
    CHECK(gets_no_work(world));
    world.ack(ack_of(items.at(0))).value();
  }
  CHECK(world.fetch_work().at(0).attempt_count == 1);
}

TEST_CASE("a suspect is through when that is on the disk", "[reopen][commit_failure][poison]") {
  auto running = with_suspects();
  World& world = running->world;
  const auto item = world.fetch_one();
  running->kv->room = 0;
  CHECK_FALSE(world.ack(ack_of(item)));
  running->kv->room = FaultyKv::endless;
  end_pause(world);
  // The rest on the full disk was longer than suspects are waited for, and does not count.
  const auto again = world.fetch(10);
  REQUIRE(names_of(again) == std::vector<std::string>{"a"});
  world.ack(ack_of(again.front())).value();
  CHECK(names_of(world.fetch(10)) == std::vector<std::string>{"b"});
}

TEST_CASE("suspects are not waited for without end", "[reopen][restart][poison]") {
  auto running = with_suspects();
  World& world = running->world;
  const bool runs = GENERATE(true, false);
  if (runs) {
    CHECK(names_of(world.fetch(10)) == std::vector<std::string>{"a"});  // and never ends
  }
  auto work = world.worker->ask<Answer<WorkItems>>(DequeueWorkerPeekLock{10});
  world.run();
  pass_time(world, 999ms);
  CHECK_FALSE(work.answered());
  pass_time(world, 1ms);
  REQUIRE(work.answered());
  CHECK(work.value().size() == 1);
  CHECK(world.fetch(10).size() == (runs ? 2 : 3));
}

TEST_CASE("a suspect that has no turn keeps nobody waiting", "[reopen][restart][poison][pause]") {
  auto running = with_suspects();
  World& world = running->world;
  const auto way = GENERATE(0, 1, 2, 3);
  if (way == 0) {
    world.manage<Done>(management::Pause{PauseScope::of_instance("a"), true}).value();
  } else if (way == 1) {
    world.manage<Done>(management::TerminateInstance{"a", "enough"}).value();
  } else {
    const auto item = world.fetch_one();
    AbandonOrchestrationItem back{item.lock_token, {}, false, {}, {}};
    if (way == 2) {
      back.quarantine = "poison";
    } else {
      back.ignore_attempt = true;
      back.delay = 60s;
    }
    world.ask<Done>(*world.dispatcher, back).value();
  }
  for (const char* name : {"b", "c"}) {
    const auto items = world.fetch(10);
    REQUIRE(names_of(items) == std::vector<std::string>{name});
    world.ack(ack_of(items.at(0))).value();
  }
  CHECK(world.fetch_work().size() == 1);
}

TEST_CASE("a delivery is counted though the one before it was taken back",
          "[reopen][restart][poison][activities]") {
  auto running = std::make_unique<FaultyWorld>();
  schedule(running->world, {{2}});
  running = die_and_open(running);
  World& world = running->world;
  const auto first = world.fetch_work();
  REQUIRE(first.size() == 1);
  CHECK(first[0].attempt_count == 1);
  const auto done = world.worker->ask<Done>(AbandonWorker{first[0].lock_token, {}, true, {}, {}});
  world.run();
  (void)done.value();
  CHECK(world.fetch_work().at(0).attempt_count == 1);
  running = die_and_open(running);
  CHECK(running->world.fetch_work().at(0).attempt_count == 2);
}

TEST_CASE("an activity that ends the process is counted more often than those that work beside it",
          "[reopen][restart][poison][activities]") {
  // Its place among the others, which never end.
  const std::uint64_t deadly = GENERATE(2U, 3U, 4U, 5U);
  auto running = std::make_unique<FaultyWorld>();
  schedule(running->world, {{2}, {3}, {4}, {5}});
  std::map<std::uint64_t, std::uint32_t> delivered;
  for (int crash = 0; crash < 10; ++crash) {
    World& world = running->world;
    bool lives = true;
    for (int look = 0; lives; ++look) {
      REQUIRE(look < 10);
      const auto work = ask_for_work(world, *world.worker);
      pass_time(world, 1s);
      if (work.answered()) {
        for (const WorkerItem& item : work.value()) {
          delivered[item.item.id] = item.attempt_count;
          lives = lives && item.item.id != deadly;
        }
      }
    }
    running = die_and_open(running);
  }
  for (const auto& [id, count] : delivered) {
    CAPTURE(id, count, deadly);
    CHECK((id == deadly ? count == 9 : count <= 6));
  }
}

TEST_CASE("activities that are suspected and end well keep the others waiting no longer",
          "[reopen][restart][poison][activities]") {
  auto running = std::make_unique<FaultyWorld>();
  schedule(running->world, {{2}, {3}, {4}});
  for (int crash = 0; crash < 3; ++crash) {
    (void)ask_for_work(running->world, *running->world.worker);
    running = die_and_open(running);
  }
  World& world = running->world;
  CallIds ended;
  for (int i = 0; i < 3; ++i) {
    const auto items = world.fetch_work(10);
    REQUIRE(items.size() == 1);
    ended.push_back(items.at(0).item.id);
    const int way = i;
    if (way == 0) {
      world.complete(items.at(0), "r").value();
    } else if (way == 1) {
      abandon_work(world, items.at(0).lock_token, {}, {}, "poison").value();
    }
  }
  std::sort(ended.begin(), ended.end());
  CHECK(ended == CallIds{2, 3, 4});
}

TEST_CASE("after a clean end nobody is suspected", "[reopen][restart][poison]") {
  auto running = with_suspects();
  const auto kv = running->kv;
  running.reset();
  FaultyWorld second(kv);
  CHECK(second.world.fetch_work().size() == 1);
  CHECK(second.world.fetch(10).size() == 3);
}

}  // namespace duroxide::suspects_test
