// What every provider must do with queued messages.

#include <catch2/catch.hpp>

#include "conformance/world.hpp"

namespace duroxide::conformance_messages_test {

using namespace duroxide::provider;
using namespace duroxide::conformance;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;

namespace {

WorkItem queued(const std::string& id, const std::string& queue, const std::string& data = "") {
  return work::QueueMessage{id, queue, data};
}

}  // namespace

TEST_CASE("queued messages arrive in order, among the others", "[conformance][queues]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  world.ack(ack_of(world.fetch_one())).value();
  const std::vector<WorkItem> sent{queued("a", "Q", "1"), raise_item("a", "Q", "2"),
                                   queued("a", "R", "3"), queued("a", "Q", "4")};
  for (const WorkItem& item : sent) {
    (void)world.client->ask<Done>(EnqueueOrchestratorWork{item, {}, false});
  }
  world.run();
  CHECK(world.fetch_one().messages == sent);
}

TEST_CASE("queued messages to nobody, and bad ones, are refused",
          "[conformance][queues][messages]") {
  World world(DUROXIDE_EVERY_STORE);
  const auto kind_of = [&](WorkItem item) {
    const auto done = world.enqueue(std::move(item));
    REQUIRE_FALSE(done);
    return done.error().kind;
  };
  CHECK(kind_of(queued("nobody", "Q")) == Kind::instance_not_found);
  world.start("a");
  CHECK(kind_of(queued("a", "")) == Kind::invalid_input);
  CHECK(kind_of(queued("a", std::string(256, 'q'))) == Kind::invalid_input);
  CHECK(kind_of(queued("a", "\xff")) == Kind::invalid_input);
  CHECK(kind_of(queued("a", "Q", std::string((std::size_t{64} << 20) + 1, 'x'))) ==
        Kind::invalid_input);
  CHECK(kind_of(queued("", "Q")) == Kind::invalid_input);
  const auto item = world.fetch_one();
  CHECK(item.messages.size() == 1);
  world.ack(complete_of(item)).value();
  CHECK(kind_of(queued("a", "Q")) == Kind::instance_finished);
}

TEST_CASE("queued messages stay for the next execution",
          "[conformance][queues][continue-as-new][management]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  const auto item = world.fetch_one();
  world.enqueue(queued("a", "Q", "1")).value();
  world.enqueue(queued("a", "Q", "2")).value();
  world.ack(continue_of(item)).value();
  const auto next = world.fetch_one();
  CHECK(next.execution_id == 2);
  REQUIRE(next.messages.size() == 3);
  CHECK(std::holds_alternative<work::ContinueAsNew>(next.messages.at(0)));
  CHECK(next.messages.at(1) == queued("a", "Q", "1"));
  CHECK(next.messages.at(2) == queued("a", "Q", "2"));

  world.enqueue(queued("a", "Q", "too late")).value();
  world.ack(complete_of(next)).value();
  CHECK(world.nothing_to_fetch());
  CHECK(world.manage<Answer<QueueDepths>>(management::GetQueueDepths{}).value() == QueueDepths{});
}

TEST_CASE("a turn puts messages into queues of others", "[conformance][queues]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("b");
  world.ack(ack_of(world.fetch_one())).value();
  world.start("a");
  auto ack = ack_of(world.fetch_one());
  ack.orchestrator_items = {queued("b", "Q", "1"), queued("nobody", "Q", "2"),
                            queued("b", "Q", "3")};
  world.ack(ack).value();
  const auto item = world.fetch_one();
  CHECK(item.instance == "b");
  CHECK(item.messages == std::vector<WorkItem>{queued("b", "Q", "1"), queued("b", "Q", "3")});
}

TEST_CASE("a delayed message is queued when it is due", "[conformance][queues][timers]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  world.ack(ack_of(world.fetch_one())).value();
  world.enqueue(queued("a", "Q", "later"), 1000ms).value();
  CHECK(world.nothing_to_fetch());
  world.clock->advance(1s);
  const auto due = world.due().value();
  REQUIRE(due.lock_tokens.size() == 1);
  world.ask<Done>(*world.timers, AckTimer{due.lock_tokens}).value();
  CHECK(world.fetch_one().messages == std::vector<WorkItem>{queued("a", "Q", "later")});
}

}  // namespace duroxide::conformance_messages_test
