// What every provider must accept and what it must refuse.

#include <catch2/catch.hpp>

#include "conformance/world.hpp"

namespace duroxide::conformance_input_test {

using namespace duroxide::provider;
using namespace duroxide::conformance;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;

TEST_CASE("an id can be started once", "[conformance][starts]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a", "First");
  const auto refused = world.enqueue(start_item("a", "Second"));
  CHECK(refused.error().kind == Kind::instance_already_exists);
  CHECK(world.enqueue(start_item("a", "Second"), {}, true));
  const auto item = world.fetch_one();
  CHECK(item.orchestration_name == "First");
  world.ack(complete_of(item)).value();
  CHECK(world.enqueue(start_item("a")).error().kind == Kind::instance_already_exists);
  CHECK(world.enqueue(start_item("a"), {}, true));
  CHECK(world.nothing_to_fetch());

  SECTION("also when both starts are in one commit") {
    const auto first = world.client->ask<Done>(EnqueueOrchestratorWork{start_item("b"), {}, false});
    const auto second =
        world.client->ask<Done>(EnqueueOrchestratorWork{start_item("b"), {}, false});
    world.run();
    CHECK(first.answer());
    CHECK(second.error().kind == Kind::instance_already_exists);
  }
}

TEST_CASE("messages to nobody are refused", "[conformance][messages]") {
  World world(DUROXIDE_EVERY_STORE);
  CHECK(world.enqueue(raise_item("nobody", "Go")).error().kind == Kind::instance_not_found);
  CHECK(world.enqueue(work::CancelInstance{"nobody", ""}).error().kind == Kind::instance_not_found);
  world.start("a");
  world.ack(complete_of(world.fetch_one())).value();
  CHECK(world.enqueue(raise_item("a", "Go")).error().kind == Kind::instance_finished);
  CHECK(world.enqueue(work::CancelInstance{"a", ""}).error().kind == Kind::instance_finished);
}

TEST_CASE("bad input is refused", "[conformance][errors][limits]") {
  World world(DUROXIDE_EVERY_STORE);
  const auto kind_of = [&](WorkItem item, std::optional<Milliseconds> delay = {}) {
    const auto done = world.enqueue(std::move(item), delay);
    REQUIRE_FALSE(done);
    CHECK_FALSE(done.error().message.empty());
    return done.error().kind;
  };
  CHECK(kind_of(start_item("")) == Kind::invalid_input);
  CHECK(kind_of(start_item(std::string(256, 'x'))) == Kind::invalid_input);
  CHECK(kind_of(start_item("\xff\xfe")) == Kind::invalid_input);
  CHECK(kind_of(start_item("a", "")) == Kind::invalid_input);
  CHECK(kind_of(start_item("a", std::string(300, 'n'))) == Kind::invalid_input);
  CHECK(kind_of(start_item("a"), -1ms) == Kind::invalid_input);
  CHECK(kind_of(raise_item("a", "")) == Kind::invalid_input);
  CHECK(kind_of(work::ActivityExecute{"a", 1, 2, "Act", "", "Test", ""}) == Kind::invalid_input);
  CHECK(kind_of(work::ContinueAsNew{"a", 2, "Test", "", {}, {}, {}}) == Kind::invalid_input);
  CHECK(world.ask<Answer<Items>>(*world.dispatcher, FetchOrchestrationItem{0}).error().kind ==
        Kind::invalid_input);
  CHECK(world.ask<Answer<WorkItems>>(*world.worker, DequeueWorkerPeekLock{0}).error().kind ==
        Kind::invalid_input);
  CHECK(world.enqueue(start_item(std::string(255, 'x'), std::string(255, 'n'))));
}

TEST_CASE("payloads of any size pass through unchanged", "[conformance][payloads][limits]") {
  World world(DUROXIDE_EVERY_STORE);
  const std::size_t size = GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{3} << 20);
  const std::string payload(size, '\x7f');
  world.enqueue(work::StartOrchestration{"a", "Test", payload, {}, {}}).value();
  const auto item = world.fetch_one();
  CHECK(std::get<work::StartOrchestration>(item.messages.at(0)).input == payload);
  auto ack = ack_of(item);
  ack.worker_items = {activity(item, 2, payload)};
  world.ack(ack).value();
  const auto work = world.fetch_work().at(0);
  CHECK(work.item.input == payload);
  world.complete(work, payload).value();
  const auto next = world.fetch_one();
  CHECK(std::get<work::ActivityCompleted>(next.messages.at(0)).result == payload);
  world.ack(complete_of(next, payload)).value();
  CHECK(world.status("a").output() == payload);
}

TEST_CASE("a very long inbox is fed in parts", "[conformance][messages]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  world.ack(ack_of(world.fetch_one())).value();
  for (int i = 0; i < 1500; ++i) {
    (void)world.client->ask<Done>(
        EnqueueOrchestratorWork{raise_item("a", "E", std::to_string(i)), {}, false});
  }
  world.run();
  std::size_t seen = 0;
  while (seen < 1500) {
    const auto item = world.fetch_one();
    for (const auto& message : item.messages) {
      REQUIRE(std::get<work::ExternalRaised>(message).data == std::to_string(seen++));
    }
    world.ack(ack_of(item)).value();
  }
  CHECK(world.nothing_to_fetch());
}

}  // namespace duroxide::conformance_input_test
