// That our refusals name what they are about and say why. The kinds are asked of every store; see conformance/.

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "conformance/acting_steps.hpp"
#include "conformance/keyed_steps.hpp"
#include "conformance/update_steps.hpp"
#include "conformance/values.hpp"
#include "provider/world.hpp"

namespace duroxide::refusal_texts_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using Catch::Contains;

namespace {

struct Refusals {
  World world{Backend::memory};

  /// Why `a` is not taken for one that was started so.
  std::string of_start(const std::string& input, const std::optional<std::string>& version = {}) {
    StartOrFind request;
    request.start.instance = "a";
    request.start.orchestration = "Order";
    request.start.input = input;
    request.start.version = version;
    request.same_input = true;
    const auto answer = world.ask<Answer<StartedOrFound>>(*world.client, request);
    return answer ? "" : answer.error().message;
  }
  std::string of_update(const AskUpdate& request) {
    return world.ask<Updated>(*world.client, request).error().message;
  }
  /// Of an ack of the first turn of a new `a`.
  std::string of_values(std::vector<ValueChange> changes) {
    world.start("a");
    return world.ack(change_of(world.fetch_one(), std::move(changes))).error().message;
  }
};

}  // namespace

TEST_CASE("a start that finds another one is told what is different", "[starts][errors]") {
  Refusals refusals;
  REQUIRE(refusals.of_start("tea").empty());
  CHECK_THAT(refusals.of_start("coffee"), Contains("`a`") && Contains("with another input"));
  CHECK_THAT(refusals.of_start("tea", "1.0.0"), Contains("has not begun"));
  auto ack = ack_of(refusals.world.fetch_one(), {started_event("Order")});
  ack.metadata.orchestration_name = "Order";
  ack.metadata.orchestration_version = "1.0.0";
  refusals.world.ack(ack).value();
  CHECK_THAT(refusals.of_start("tea", "2.0.0"), Contains("in version 1.0.0, not in 2.0.0"));
}

TEST_CASE("whoever asks for an update is told why there is no answer", "[updates][errors]") {
  Refusals refusals;
  World& world = refusals.world;
  begin_a(world);
  CHECK_THAT(refusals.of_update(update("a", "", 1)), Contains("the update id is empty"));
  CHECK_THAT(refusals.of_update(AskUpdate{{"a", "u", "", "in"}, 1}),
             Contains("the update name is empty"));
  const auto lost = world.client->ask<Updated>(update("a", "lost", 2));
  const auto unseen = query(world, "a", "q", 3);
  world.ack(complete_of(world.fetch_one())).value();
  for (const auto& each : {lost, unseen}) {
    REQUIRE(each.answered());
    CHECK_THAT(each.error().message, Contains("`a` has ended, and has not answered"));
  }
}

TEST_CASE("whoever waits for an instance that is deleted, or that is none, is told so",
          "[updates][awaited][errors]") {
  World world(Backend::memory);
  begin_a(world);
  const auto asked = world.client->ask<Updated>(update("a", "u", 1));
  world.run();
  REQUIRE(delete_now(world, {"a"}, true));
  REQUIRE(asked.answered());
  CHECK_THAT(asked.error().message, Contains("was deleted before it answered"));
  world.start("b");
  auto ack = ack_of(world.fetch_one(), {started_event()});
  ack.orchestrator_items = {work::AwaitInstance{"nobody", ParentLink{"b", 1, 2}}};
  world.ack(ack).value();
  const auto told = world.fetch_one().messages;
  REQUIRE(told.size() == 1);
  CHECK_THAT(std::get<work::AwaitedFailed>(told.front()).details.message, Contains("no such"));
}

TEST_CASE("a key that was another's, and a call that is none, are named", "[events][errors]") {
  World world(Backend::memory);
  begin_a(world);
  REQUIRE(send_keyed(world, keyed("p-1")));
  CHECK_THAT(send_keyed(world, keyed("p-1", "451")).error().message,
             Contains("`a`") && Contains("`p-1`"));
  CHECK_THAT(world.ask<Done>(*world.worker, Heartbeat{ActivityReference{"a", 1, 3, 1}, "x", {}})
                 .error()
                 .message,
             Contains("`a`"));
}

TEST_CASE("a change of a value that is refused is named", "[values][errors]") {
  Refusals refusals;
  SECTION("a key twice") {
    CHECK_THAT(refusals.of_values({set("good", "1", 1), cleared("good")}),
               Contains("`good` is changed twice"));
  }
  SECTION("a value of another key") {
    CHECK_THAT(refusals.of_values({{"this", entry("that", "2", 2)}}), Contains("`that`"));
  }
  SECTION("a value beyond the limit") {
    CHECK_THAT(refusals.of_values({set("large", std::string((std::size_t{64} << 20) + 1, 'x'), 2)}),
               Contains("value of key `large`"));
  }
}

}  // namespace duroxide::refusal_texts_test
