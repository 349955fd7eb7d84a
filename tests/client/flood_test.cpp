// More calls than the store is asked at once: they wait in their order, and nothing overtakes them.

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "client/calls.hpp"
#include "client/companion.hpp"
#include "support/scripted_provider.hpp"

namespace duroxide::flood_test {

using namespace duroxide::client;
using namespace duroxide::provider;
using namespace duroxide::test;

namespace {

constexpr std::size_t most = Calls::most_under_way;

/// A client that has asked for the status of `0`, `1`, `2` and so on, one more than go at once.
struct Flood {
  DeterministicSystem system;
  ScriptedProvider provider{system};
  Companion companion{provider.actor()};
  std::size_t answered = 0;
  std::size_t refused = 0;

  Flood() {
    for (std::size_t i = 0; i <= most; ++i) {
      companion.ask(
          GetStatus{std::to_string(i)},
          [this](const Answer<OrchestrationStatus>& answer) { ++(answer ? answered : refused); });
    }
    system.run();
  }
  Flood(const Flood&) = delete;
  Flood& operator=(const Flood&) = delete;
  ~Flood() {
    provider.end();
    companion.close();
    system.run();
  }
  /// Answers the oldest, and returns of what instance it was.
  std::string answer_one() {
    return provider
        .answer<GetStatus>(
            Answer<OrchestrationStatus>(OrchestrationStatus(OrchestrationStatus::Running{})))
        .instance;
  }
};

}  // namespace

TEST_CASE("a flood of calls: the next goes when one is answered", "[client][limits]") {
  Flood f;
  CHECK(f.provider.count<GetStatus>() == most);
  CHECK(f.answer_one() == "0");
  CHECK(f.answered == 1);
  CHECK(f.provider.count<GetStatus>() == most);
  for (std::size_t i = 1; i <= most; ++i) {
    CHECK(f.answer_one() == std::to_string(i));
  }
  CHECK(f.answered == most + 1);
}

TEST_CASE("a flood of calls: a wait overtakes none, and what takes it back comes behind it",
          "[client][limits][waits]") {
  Flood f;
  f.companion.ask(WaitForStatus{"i", 7}, [](const Answer<OrchestrationStatus>&) {});
  f.companion.stop_waiting(7);
  f.system.run();
  CHECK(f.provider.count<WaitForStatus>() == 0);
  CHECK(f.provider.count<StopWaiting>() == 0);
  f.answer_one();
  CHECK(f.provider.count<WaitForStatus>() == 1);
  CHECK(f.provider.count<StopWaiting>() == 1);
}

TEST_CASE("a flood of calls: an answer that needs no store waits for none", "[client][limits]") {
  Flood f;
  f.companion.ask(GetStatus{"waits"}, [](const Answer<OrchestrationStatus>&) {});
  bool has_run = false;
  f.companion.run([&has_run] { has_run = true; });
  f.system.run();
  CHECK(has_run);
}

TEST_CASE("a flood of calls: an answer that needs no store is given though the client ends",
          "[client][limits][stop]") {
  Flood f;
  f.answer_one();
  bool has_run = false;
  f.companion.ask(GetStatus{"open"}, [&f, &has_run](const Answer<OrchestrationStatus>& answer) {
    CHECK_FALSE(answer);
    f.companion.run([&has_run] { has_run = true; });
  });
  f.system.run();
  f.companion.end();
  CHECK(has_run);
}

TEST_CASE("a flood of calls: all are answered if the store is closed", "[client][limits]") {
  Flood f;
  constexpr std::size_t more = 2 * Calls::most_acts_in_a_row;
  for (std::size_t i = 0; i < more; ++i) {
    f.companion.ask(GetStatus{"one more"}, [&f](const Answer<OrchestrationStatus>& answer) {
      ++(answer ? f.answered : f.refused);
    });
  }
  f.system.run();
  f.provider.end();
  f.system.run();
  CHECK(f.refused == most + 1 + more);
}

}  // namespace duroxide::flood_test
