// What a turn says of the messages behind the end of its execution.

#include <catch2/catch.hpp>

#include "replay/harness.hpp"

using namespace duroxide;
using namespace duroxide::replay::test;
using namespace std::chrono_literals;

namespace {

using Places = std::vector<std::uint64_t>;

/// Returns "end" or throws at an event of that data.
Task<std::string> listens(OrchestrationContext ctx) {
  std::string text;
  while (true) {
    text = co_await ctx.wait_for_external_event("E");
    if (text == "throw") {
      throw std::runtime_error("thrown");
    }
    if (text == "end") {
      co_return text;
    }
    if (text == "next") {
      co_await ctx.continue_as_new(text);
      co_return text;
    }
  }
}

}  // namespace

TEST_CASE("untaken: the messages behind the end", "[kept]") {
  Harness harness(both_ways(), listens);
  (void)harness.start();
  const auto raised = [](const char* data) { return Harness::raised("E", data); };
  struct Row {
    std::vector<WorkItem> messages;
    Places untaken;
  };
  const WorkItem queued = Harness::queued("Q", "1");
  const WorkItem again = work::StartOrchestration{"i", "Test", "", {}, {}, {}};
  const auto row =
      GENERATE_COPY(Row{{raised("a"), raised("b")}, {}}, Row{{raised("throw")}, {}},
                    Row{{raised("throw"), raised("b"), queued}, {1, 2}},
                    Row{{queued, raised("throw"), raised("b")}, {2}},
                    Row{{raised("a"), again, raised("throw"), raised("b")}, {3}},
                    Row{{raised("end"), raised("b")}, {1}}, Row{{raised("next"), raised("b")}, {}});
  CHECK(harness.turn(row.messages).untaken == row.untaken);
}

TEST_CASE("untaken: everything, if code and history disagree from the beginning",
          "[kept][nondeterminism]") {
  Harness harness(Residency::rebuilt, listens);
  (void)harness.start();
  harness.swap_code([](OrchestrationContext ctx) -> Task<std::string> {
    co_await ctx.schedule_timer(1s);
    const std::string text = co_await ctx.wait_for_external_event("E");
    co_return text;
  });
  const auto turn = harness.turn({Harness::raised("E", "1"), Harness::queued("Q", "2")});
  CHECK(failure_of(turn).kind == ErrorKind::nondeterminism);
  CHECK(turn.untaken == Places{0, 1});
}

TEST_CASE("untaken: an answer to something that the code never asked for",
          "[kept][nondeterminism]") {
  Harness harness(Residency::rebuilt, listens);
  (void)harness.start();
  const auto turn = harness.turn({Harness::raised("E", "1"),
                                  work::ActivityCompleted{harness.assignment.instance, 1, 9, "out"},
                                  Harness::raised("E", "2")});
  CHECK(failure_of(turn).kind == ErrorKind::nondeterminism);
  CHECK(turn.untaken == Places{1, 2});
}

TEST_CASE("untaken: a turn that ends before any code has run", "[kept]") {
  Harness harness(both_ways(), listens);
  SECTION("because it is cancelled with its start") {
    const auto turn = harness.start(
        "", {Harness::raised("E", "1"), work::CancelInstance{"i", "stop", std::nullopt}});
    CHECK(failure_of(turn).is_cancelled());
    CHECK(turn.untaken == Places{1, 2});
  }
  SECTION("because the engine gives it up") {
    replay::TurnServices services;
    services.now = [] { return from_milliseconds(1); };
    replay::Execution execution(harness.assignment, services);
    const WorkItem start = work::StartOrchestration{"i", "Test", "", {}, {}, {}};
    const auto turn =
        execution.fail({}, {start, Harness::raised("E", "1")},
                       application_error(ErrorKind::poisoned_orchestration, "poison"));
    CHECK(turn.untaken == Places{1});
  }
}
