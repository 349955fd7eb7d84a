// What every provider must do with an event, or a message for a queue, that has a key: deliver it once,
// however often it is sent.

#include <cstddef>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "conformance/acting_steps.hpp"
#include "conformance/keyed_steps.hpp"
#include "conformance/world.hpp"

namespace duroxide::conformance_event_keys_test {

using namespace duroxide::provider;
using namespace duroxide::conformance;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;

TEST_CASE("an event with a key is delivered once, however often it is sent",
          "[conformance][events]") {
  World world(DUROXIDE_EVERY_STORE);
  begin_a(world);
  // In one commit, and in another; while it waits, and when it was taken.
  const auto first = world.client->ask<Done>(keyed("p-1"));
  const auto second = world.worker->ask<Done>(keyed("p-1"));
  world.run();
  CHECK(first.answer());
  CHECK(second.answer());
  CHECK(send_keyed(world, keyed("p-1")));
  CHECK(next_messages(world) == std::vector<WorkItem>{raise_item("a", "Paid", "450")});
  CHECK(send_keyed(world, keyed("p-1")));
  CHECK(world.nothing_to_fetch());
  // Another key, and none, are other events.
  CHECK(send_keyed(world, keyed("p-2")));
  world.raise("a", "Paid");
  CHECK(next_messages(world).size() == 2);
}

TEST_CASE("an event that was sent before counts as sent, also if its instance has ended",
          "[conformance][events][management]") {
  World world(DUROXIDE_EVERY_STORE);
  begin_a(world);
  REQUIRE(send_keyed(world, keyed("p-1")));
  world.ack(continue_of(world.fetch_one())).value();
  CHECK(send_keyed(world, keyed("p-1")));
  const auto next = world.fetch_one();
  CHECK(next.messages.size() == 1);  // it continues as new, and nothing else
  world.ack(complete_of(next)).value();
  CHECK(send_keyed(world, keyed("p-1")));
  CHECK(send_keyed(world, keyed("p-2")).error().kind == Kind::instance_finished);
  CHECK(send_keyed(world, keyed("p-1", "450", "Other")).error().kind == Kind::invalid_input);
  REQUIRE(delete_now(world, {"a"}));
  CHECK(send_keyed(world, keyed("p-1")).error().kind == Kind::instance_not_found);
  begin_a(world);  // another instance of that id has keys of its own
  CHECK(send_keyed(world, keyed("p-1")));
  CHECK(next_messages(world).size() == 1);
}

TEST_CASE("a key that another event has had is refused, and so is one that cannot be a key",
          "[conformance][events][errors]") {
  World world(DUROXIDE_EVERY_STORE);
  begin_a(world);
  REQUIRE(send_keyed(world, keyed("p-1")));
  const auto other = GENERATE(keyed("p-1", "451"), keyed("p-1", "450", "Refunded"));
  const auto refused = send_keyed(world, other);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == Kind::invalid_input);
  CHECK_FALSE(refused.error().message.empty());
  CHECK(send_keyed(world, keyed("")).error().kind == Kind::invalid_input);
  CHECK(send_keyed(world, keyed(std::string(256, 'k'))).error().kind == Kind::invalid_input);
  EnqueueOrchestratorWork no_event;
  no_event.key = "k";
  no_event.item = GENERATE(WorkItem(work::CancelInstance{"a", "why"}), start_item("b"));
  CHECK(send_keyed(world, no_event).error().kind == Kind::invalid_input);
  CHECK(next_messages(world).size() == 1);
}

TEST_CASE("a message for a queue with a key is delivered once, and is never taken for an event",
          "[conformance][queues][events]") {
  World world(DUROXIDE_EVERY_STORE);
  begin_a(world);
  REQUIRE(send_keyed(world, keyed_message("m-1")));
  CHECK(send_keyed(world, keyed_message("m-1")));
  CHECK(next_messages(world) == std::vector<WorkItem>{work::QueueMessage{"a", "Paid", "450"}});
  CHECK(send_keyed(world, keyed_message("m-1")));
  CHECK(world.nothing_to_fetch());
  // Other data, another queue, and an event of the same name and data are something else.
  const auto other =
      GENERATE(keyed_message("m-1", "451"), keyed_message("m-1", "450", "Refunded"), keyed("m-1"));
  const auto refused = send_keyed(world, other);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == Kind::invalid_input);
  CHECK_FALSE(refused.error().message.empty());
  // So it is the other way round.
  REQUIRE(send_keyed(world, keyed("p-1")));
  CHECK(send_keyed(world, keyed_message("p-1")).error().kind == Kind::invalid_input);
  CHECK(next_messages(world).size() == 1);
  world.raise("a", "Go");
  world.ack(complete_of(world.fetch_one())).value();
  CHECK(send_keyed(world, keyed_message("m-1")));
  CHECK(send_keyed(world, keyed_message("m-2")).error().kind == Kind::instance_finished);
}

TEST_CASE("the last 1,000 keys of an instance are known, of events and messages together",
          "[conformance][events][queues]") {
  World world(DUROXIDE_EVERY_STORE);
  begin_a(world);
  const auto sent = [](std::size_t i) {
    const std::string key = "k-" + std::to_string(i);
    return i % 2 == 0 ? keyed(key) : keyed_message(key);
  };
  constexpr std::size_t most = 1000;
  for (std::size_t i = 0; i < most; ++i) {
    (void)world.client->ask<Done>(sent(i));
  }
  world.run();
  std::size_t seen = 0;
  while (seen < most) {
    seen += next_messages(world).size();
  }
  CHECK(seen == most);
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}, most - 1}) {
    CHECK(send_keyed(world, sent(i)));
  }
  CHECK(world.nothing_to_fetch());
  CHECK(send_keyed(world, keyed("k-0", "451")).error().kind == Kind::invalid_input);
  CHECK(send_keyed(world, keyed_message("k-1", "451")).error().kind == Kind::invalid_input);
}

TEST_CASE("an event with a key and a delay is known from its sending on",
          "[conformance][events][timers]") {
  World world(DUROXIDE_EVERY_STORE);
  begin_a(world);
  auto later = keyed("p-1");
  later.delay = 1s;
  REQUIRE(send_keyed(world, later));
  CHECK(send_keyed(world, keyed("p-1")));
  CHECK(world.nothing_to_fetch());
}

}  // namespace duroxide::conformance_event_keys_test
