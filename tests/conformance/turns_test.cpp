// What every provider must do with messages to instances and with turns.

#include <set>

#include <catch2/catch.hpp>

#include "conformance/world.hpp"

namespace duroxide::conformance_turns_test {

using namespace duroxide::provider;
using namespace duroxide::conformance;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;

TEST_CASE("a start is handed out once, with its message",
          "[conformance][turns][messages][starts]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a", "Greet");
  const auto item = world.fetch_one();
  CHECK(item.instance == "a");
  CHECK(item.orchestration_name == "Greet");
  CHECK(item.version.empty());
  CHECK(item.execution_id == 1);
  CHECK(item.history.empty());
  CHECK(item.history_included);
  CHECK(item.messages == std::vector<WorkItem>{start_item("a", "Greet")});
  CHECK(item.lock_token != 0);
  CHECK(item.attempt_count == 1);
  CHECK(world.nothing_to_fetch());
}

TEST_CASE("a fetch with nothing to do is parked until a message comes",
          "[conformance][turns][messages]") {
  World world(DUROXIDE_EVERY_STORE);
  const auto fetch = world.fetch_later();
  CHECK_FALSE(fetch.answered());
  world.start("a");
  REQUIRE(fetch.answered());
  CHECK(fetch.value().size() == 1);
}

TEST_CASE("messages that a turn does not take for their number are handed out after its ack",
          "[conformance][turns][messages]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  world.ack(ack_of(world.fetch_one())).value();
  constexpr std::size_t sent = 1100;
  for (std::size_t i = 0; i < sent; ++i) {
    (void)world.client->ask<Done>(
        EnqueueOrchestratorWork{raise_item("a", "E" + std::to_string(i)), {}, false});
  }
  world.run();
  // A store may hand out as many as it likes, but what is left comes, although nothing new has.
  std::size_t taken = 0;
  while (taken < sent) {
    const auto item = world.fetch_one();
    REQUIRE(!item.messages.empty());
    CHECK(item.messages.front() == raise_item("a", "E" + std::to_string(taken)));
    taken += item.messages.size();
    world.ack(ack_of(item)).value();
  }
  REQUIRE(taken == sent);
  CHECK(world.nothing_to_fetch());
}

TEST_CASE("a fetch takes as many instances as it asks for", "[conformance][turns]") {
  World world(DUROXIDE_EVERY_STORE);
  std::set<std::string> expected;
  for (int i = 0; i < 10; ++i) {
    world.start("i" + std::to_string(i));
    expected.insert("i" + std::to_string(i));
  }
  std::set<std::string> seen;
  std::set<LockToken> tokens;
  for (const auto& items : {world.fetch(3), world.fetch(7)}) {
    for (const auto& item : items) {
      seen.insert(item.instance);
      tokens.insert(item.lock_token);
    }
  }
  CHECK(seen == expected);
  CHECK(tokens.size() == 10);
  CHECK(world.nothing_to_fetch());
}

TEST_CASE("an ack commits everything together", "[conformance][turns]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  world.start("b");
  const auto items = world.fetch(2);
  const auto& item = items.at(0).instance == "a" ? items.at(0) : items.at(1);
  const auto& other = items.at(0).instance == "a" ? items.at(1) : items.at(0);
  world.ack(ack_of(other)).value();

  auto ack = ack_of(item, {started_event(), scheduled_event(2), scheduled_event(3)});
  ack.worker_items = {activity(item, 2, "x"), activity(item, 3, "y")};
  ack.timers = {timer(item, 4, world.clock->now() + 1s)};
  ack.orchestrator_items = {raise_item("b", "First"), raise_item("b", "Second")};
  world.ack(ack).value();

  CHECK(world.history("a") == ack.events);
  const auto work = world.fetch_work(5);
  REQUIRE(work.size() == 2);
  CHECK(work.at(0).item.incarnation != 0);
  for (auto& item_asked_for : ack.worker_items) {  // the store knows whose activities they are
    item_asked_for.incarnation = work.at(0).item.incarnation;
  }
  CHECK(work.at(0).item == ack.worker_items.at(0));
  CHECK(work.at(1).item == ack.worker_items.at(1));
  CHECK(world.due().value().next_due == world.clock->now() + 1s);
  CHECK(world.fetch_one().messages ==
        std::vector<WorkItem>{raise_item("b", "First"), raise_item("b", "Second")});
}

TEST_CASE("an ack that is refused changes nothing and keeps the lease",
          "[conformance][turns][management]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  auto item = world.fetch_one();
  world.ack(ack_of(item)).value();
  world.raise("a", "Go");
  item = world.fetch_one();
  REQUIRE(item.history_size == 1);

  auto ack = ack_of(item, {scheduled_event(0)});
  ack.worker_items = {activity(item, 2)};
  ack.events.front().event_id = GENERATE(0U, 1U, 3U);
  const auto refused = world.ack(ack);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == Kind::invalid_input);
  CHECK(refused.error().operation == "ack_orchestration_item");
  CHECK(world.history("a").size() == 1);
  CHECK(world.manage<Answer<QueueDepths>>(management::GetQueueDepths{}).value() ==
        QueueDepths{1, 0, 0});
  CHECK(world.nothing_to_fetch());

  ack.events.front().event_id = 2;
  CHECK(world.ack(ack));
  CHECK(world.history("a").size() == 2);
}

TEST_CASE("one token, one ack", "[conformance][turns]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  const auto item = world.fetch_one();
  const auto first = world.dispatcher->ask<Done>(ack_of(item));
  const auto second = world.dispatcher->ask<Done>(ack_of(item));
  world.run();
  CHECK(first.answer());
  REQUIRE_FALSE(second.answer());
  CHECK(second.error().kind == Kind::invalid_lock_token);
  CHECK(world.history("a").size() == 1);
  CHECK(world.abandon(item.lock_token).error().kind == Kind::invalid_lock_token);
  CHECK(world.abandon(987654321).error().kind == Kind::invalid_lock_token);
}

TEST_CASE("messages that arrive during a turn wait for the next, in order",
          "[conformance][turns][messages]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  const auto first = world.fetch_one();
  world.raise("a", "One");
  world.raise("a", "Two");
  CHECK(world.nothing_to_fetch());
  world.ack(ack_of(first)).value();
  const auto second = world.fetch_one();
  CHECK(second.messages == std::vector<WorkItem>{raise_item("a", "One"), raise_item("a", "Two")});
  CHECK(second.history.size() == 1);
  CHECK(second.version == "1.0.0");
}

TEST_CASE("a start comes before every other message", "[conformance][turns][messages][starts]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  world.raise("a", "Early");
  CHECK(world.fetch_one().messages ==
        std::vector<WorkItem>{start_item("a"), raise_item("a", "Early")});
}

TEST_CASE("a leased instance does not hold up the others", "[conformance][turns]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  (void)world.fetch_one();
  world.raise("a", "Waits");
  world.start("b");
  CHECK(world.fetch_one().instance == "b");
}

TEST_CASE("an abandoned turn is handed out again and counted", "[conformance][turns][poison]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  const auto first = world.fetch_one();
  world.abandon(first.lock_token).value();
  const auto second = world.fetch_one();
  CHECK(second.attempt_count == 2);
  CHECK(second.messages == first.messages);
  CHECK(second.lock_token != first.lock_token);
  CHECK(world.ack(ack_of(first)).error().kind == Kind::invalid_lock_token);

  world.abandon(second.lock_token, {}, true).value();
  const auto third = world.fetch_one();
  CHECK(third.attempt_count == 2);
  world.ack(ack_of(third)).value();
  world.raise("a", "Go");
  CHECK(world.fetch_one().attempt_count == 1);
}

TEST_CASE("an abandoned turn can wait, and its instance with it", "[conformance][turns][poison]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  world.abandon(world.fetch_one().lock_token, 5s).value();
  CHECK(world.nothing_to_fetch());
  const auto due = world.due().value();
  CHECK(due.lock_tokens.empty());
  CHECK(due.next_due == world.clock->now() + 5s);
  world.raise("a", "Later");
  CHECK(world.nothing_to_fetch());

  const auto fetch = world.fetch_later();
  world.clock->advance(5s);
  const auto after = world.timers->ask<Answer<DueTimers>>(DequeueTimerPeekLock{1, {}});
  world.run();
  CHECK_FALSE(after.answered());  // nothing is due and nothing is to come
  REQUIRE(fetch.answered());
  CHECK(fetch.value().at(0).messages.size() == 2);
  CHECK(fetch.value().at(0).attempt_count == 2);
}

TEST_CASE("a resident instance gets no history until it is released",
          "[conformance][turns][residency]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  auto ack = ack_of(world.fetch_one());
  ack.stays_resident = true;
  world.ack(ack).value();
  world.raise("a", "One");
  auto item = world.fetch_one();
  CHECK_FALSE(item.history_included);
  CHECK(item.history.empty());
  CHECK(item.history_size == 1);

  SECTION("until its holder says so") {
    world.dispatcher->send(ReleaseInstance{"a"});
    world.abandon(item.lock_token, {}, true).value();
    item = world.fetch_one();
    CHECK(item.history_included);
    CHECK(item.history.size() == 1);
  }
  SECTION("until an ack without it") {
    world.ack(ack_of(item)).value();
    world.raise("a", "Two");
    item = world.fetch_one();
    CHECK(item.history_included);
    CHECK(item.history.size() == 2);
  }
  SECTION("only for that holder") {
    ack = ack_of(item);
    ack.stays_resident = true;
    world.ack(ack).value();
    world.raise("a", "Two");
    const auto other = world.ask<Answer<Items>>(*world.worker, FetchOrchestrationItem{1}).value();
    CHECK(other.at(0).history_included);
    CHECK(other.at(0).history.size() == 2);
    CHECK(world.ask<Done>(*world.worker, ack_of(other.at(0))));
    world.raise("a", "Three");
    CHECK(world.fetch_one().history_included);
  }
}

TEST_CASE("releasing a holder gives back everything uncounted", "[conformance][turns][poison]") {
  World world(DUROXIDE_EVERY_STORE);
  const bool dies = GENERATE(false, true);
  world.start("a");
  auto ack = ack_of(world.fetch_one());
  ack.worker_items = {activity(OrchestrationItem{"a", "Test", "", 1, {}, true, 0, {}, 0, 1}, 2)};
  ack.stays_resident = true;
  world.ack(ack).value();
  world.raise("a", "Go");
  CHECK_FALSE(world.fetch_one().history_included);
  const auto work = world.ask<Answer<WorkItems>>(*world.dispatcher, DequeueWorkerPeekLock{1});
  CHECK(work.value().at(0).attempt_count == 1);
  const auto parked = world.fetch_later();
  const auto parked_work = world.dispatcher->ask<Answer<WorkItems>>(DequeueWorkerPeekLock{1});
  if (dies) {
    world.dispatcher->die();
    world.run();
  } else {
    CHECK(world.ask<Done>(*world.dispatcher, ReleaseHolder{}));
    CHECK(parked.value().empty());
    CHECK(parked_work.value().empty());
  }
  const auto again = world.ask<Answer<Items>>(*world.worker, FetchOrchestrationItem{1}).value();
  CHECK(again.at(0).history_included);
  CHECK(again.at(0).attempt_count == 1);
  CHECK(world.fetch_work().at(0).attempt_count == 1);
}

}  // namespace duroxide::conformance_turns_test
