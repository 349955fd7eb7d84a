// What comes together shares a commit, and a wait with it what it could be for.

#include <chrono>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "conformance/asks.hpp"
#include "postgres/schema_world.hpp"

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

TEST_CASE("without threads, who asks while others still do shares their commit at any pace",
          "[postgres][commit_timing]") {
  postgres_test::SchemaWorld world("paces");
  std::vector<Pending<Done>> started;
  for (const auto* id : {"a", "b", "c", "d", "e"}) {
    started.push_back(world.client->ask<Done>(EnqueueOrchestratorWork{start_item(id), {}}));
  }
  // A machine so slow that each message takes longer than a batch is gathered for where there are threads.
  do {
    const auto begun = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - begun < std::chrono::milliseconds(2)) {
    }
  } while (world.system.step());
  for (const auto& each : started) {
    REQUIRE(each.answered());
    CHECK(each.answer());
  }
  CHECK(world.ask_database(
            "SELECT count(DISTINCT xmin::text) || ' of ' || count(*) FROM instances") == "1 of 5");
}

}  // namespace duroxide::postgres_waits_test
