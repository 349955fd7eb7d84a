// Waits that come together with what they could be for.

#include <catch2/catch.hpp>

#include "conformance/asks.hpp"

namespace duroxide::postgres_waits_test {

using namespace duroxide::conformance;
using namespace duroxide::provider;

TEST_CASE(
    "a wait is for the instance that was there when it came, not for one that is put in its place",
    "[postgres][waits][starts]") {
  World world(stores().front());
  world.start("a");
  StartOrFind replacing;
  replacing.start.instance = "a";
  replacing.start.orchestration = "Other";
  replacing.replace = true;
  // Both are asked before the store does anything, so they share a commit.
  const auto waiting = world.client->ask<Answer<OrchestrationStatus>>(WaitForStatus{"a", 1});
  const auto started = world.client->ask<Answer<StartedOrFound>>(replacing);
  world.run();
  REQUIRE(started.answered());
  CHECK(started.value().replaced);
  REQUIRE(waiting.answered());
  CHECK(waiting.value().is_not_found());
}

}  // namespace duroxide::postgres_waits_test
