// The whole engine on one thread: client, runtime and store under a scheduler that draws from a seed who
// handles his next message, a clock that the test moves, full disks, commits that are slow or fail,
// crashes between any two messages, and user code that is late, throws or never ends.
//
// DUROXIDE_SEED runs one seed again, and prints every step; DUROXIDE_SIMULATIONS says how many to run.
// DUROXIDE_SHARDS and DUROXIDE_SHARD share them out among processes.

#include <catch2/catch.hpp>

#include "property/from_environment.hpp"
#include "simulation/simulation.hpp"
#include "support/tried.hpp"

using namespace duroxide::simulation;
using duroxide::property::from_environment;

namespace duroxide::simulation_test {

namespace {

std::string report(std::uint64_t seed, const Outcome& outcome) {
  std::string text = "DUROXIDE_SEED=" + std::to_string(seed) + "\n" + make_plan(seed).to_text() +
                     "the last steps:\n" + outcome.last_steps;
  for (const std::string& each : outcome.violations) {
    text += each;
    text += '\n';
  }
  return text;
}

}  // namespace

TEST_CASE("whatever happens to the engine, its promises hold", "[simulation]") {
  const std::uint64_t only = from_environment("DUROXIDE_SEED", 0);
  const std::uint64_t count =
      from_environment("DUROXIDE_SIMULATIONS", DUROXIDE_DEFAULT_SIMULATIONS);
  const std::uint64_t shards = from_environment("DUROXIDE_SHARDS", 1);
  const std::uint64_t first = only == 0 ? 1 + from_environment("DUROXIDE_SHARD", 0) : only;
  const std::uint64_t last = only == 0 ? count : only;
  std::uint64_t failed = 0;
  std::uint64_t seeds = 0;
  std::map<std::string, std::uint64_t> happened;
  for (std::uint64_t seed = first; seed <= last && failed < 5; seed += shards) {
    const Outcome outcome = run(make_plan(seed), only != 0);
    ++seeds;
    for (const auto& [what, times] : outcome.happened) {
      happened[what] += times;
    }
    if (!outcome.violations.empty()) {
      ++failed;
      FAIL_CHECK(report(seed, outcome));
    }
  }
  CHECK(failed == 0);
  duroxide::testing::tell_tried(std::to_string(seeds) + " seeds of the simulation, with " +
                                std::to_string(happened["the process crashed"]) + " crashes and " +
                                std::to_string(happened["the disk was full"]) + " full disks and " +
                                std::to_string(happened["a commit failed for good"]) +
                                " commits that failed");
}

TEST_CASE("a seed does the same again, message by message", "[simulation]") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const Outcome once = run(make_plan(seed));
    const Outcome again = run(make_plan(seed));
    INFO("DUROXIDE_SEED=" << seed);
    CHECK(once.steps == again.steps);
    CHECK(once.hash == again.hash);
    CHECK(once.hash != run(make_plan(seed + 1'000)).hash);
  }
}

TEST_CASE("everything that can happen does happen", "[simulation]") {
  std::map<std::string, std::uint64_t> happened;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    for (const auto& [what, times] : run(make_plan(seed)).happened) {
      happened[what] += times;
    }
  }
  for (const char* const what : {"a change was told",
                                 "a commit failed for good",
                                 "a commit was slow",
                                 "an activity began",
                                 "an activity began again",
                                 "an activity completed late",
                                 "an activity misbehaved",
                                 "an event was raised",
                                 "an instance was cancelled",
                                 "an instance was copied",
                                 "an instance was deleted",
                                 "an instance was rewound",
                                 "an instance was terminated",
                                 "another runtime began",
                                 "executions were pruned",
                                 "something was paused",
                                 "something was released from quarantine",
                                 "the disk was full",
                                 "the process crashed",
                                 "the process died of an activity",
                                 "the store was checked while it was at work",
                                 "the store was closed and opened"}) {
    INFO(what);
    CHECK(happened[what] > 0);
  }
}

TEST_CASE("a store that breaks its promises is found out", "[simulation]") {
  for (const Defect defect : {Defect::early_answers, Defect::kept_rows, Defect::lost_rows}) {
    int found = 0;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
      Plan plan = make_plan(seed);
      plan.medium = Medium::memory;
      plan.defect = defect;
      found += run(std::move(plan)).violations.empty() ? 0 : 1;
    }
    INFO("defect " << static_cast<int>(defect));
    CHECK(found > 20);
  }
}

}  // namespace duroxide::simulation_test
