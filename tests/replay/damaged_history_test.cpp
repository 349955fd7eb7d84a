// Histories that contradict themselves: no engine writes them, but a disk, or a hand, may have.

#include <catch2/catch.hpp>

#include "replay/harness.hpp"

using namespace duroxide;
using namespace duroxide::replay::test;
using namespace std::chrono_literals;

namespace {

struct Entry {
  EventKind kind;
  std::uint64_t source = 0;
};

/// The entries, numbered.
std::vector<Event> history_of(const std::vector<Entry>& entries) {
  std::vector<Event> history;
  for (const Entry& entry : entries) {
    history.push_back({history.size() + 1, entry.source, from_milliseconds(1'000), entry.kind});
  }
  return history;
}

Entry started() {
  event::OrchestrationStarted start{"Test", "1.0.0", "", ParentLink{"p", 3, 7}, {}, 1};
  return {start};
}
Entry activity() {
  return {event::ActivityScheduled{"A", ""}};
}
Entry timer() {
  return {event::TimerCreated{from_milliseconds(2'000)}};
}
Entry child(std::uint64_t id) {
  return {
      event::SubOrchestrationScheduled{"C", std::nullopt, "i::sub::1." + std::to_string(id), ""}};
}
Entry waiting() {
  return {event::ExternalSubscribed{"Go"}};
}
Entry activity_done(std::uint64_t source, std::string result = "") {
  return {event::ActivityCompleted{std::move(result)}, source};
}
Entry timer_done(std::uint64_t source) {
  return {event::TimerFired{from_milliseconds(2'000)}, source};
}
Entry child_done(std::uint64_t source, std::string result = "") {
  return {event::SubOrchestrationCompleted{std::move(result)}, source};
}
ErrorDetails refused() {
  return application_error(ErrorKind::activity_failed, "refused");
}

/// One step after another, then a wait.
Task<std::string> steps(OrchestrationContext ctx) {
  const auto delay = 1s;
  std::string text = co_await ctx.schedule_activity("A");
  co_await ctx.schedule_timer(delay);
  text += co_await ctx.schedule_sub_orchestration("C");
  text += co_await ctx.wait_for_external_event("Go");
  co_return text;
}

/// What becomes of an instance with this history when something comes.
replay::TurnResult next_turn(std::vector<Event> history) {
  Harness harness(Residency::rebuilt, steps);
  harness.set_history(std::move(history));
  return harness.turn(Harness::raised("Other", ""));
}

void check_damaged(const replay::TurnResult& result, const std::string& what) {
  const auto details = failure_of(result);
  CHECK(details.category == ErrorCategory::infrastructure);
  CHECK(details.kind == ErrorKind::storage);
  CHECK(details.subject == "i");
  CHECK_THAT(details.message, Catch::Contains("instance i is damaged") && Catch::Contains(what));
}

}  // namespace

TEST_CASE("a history as it should be", "[corruption][history]") {
  Harness harness(Residency::rebuilt, steps);
  harness.set_history(history_of({started(), activity(), activity_done(2, "a"), timer(),
                                  timer_done(4), child(6), child_done(6, "c"), waiting()}));
  CHECK(output_of(harness.turn(Harness::raised("Go", "!"))) == "ac!");
}

TEST_CASE("nothing at all: neither a history nor a start", "[corruption][history]") {
  Harness harness(Residency::rebuilt, steps);
  check_damaged(harness.turn(harness.activity_completed(2, "")), "it is empty");
}

TEST_CASE("a history that is out of order is damaged", "[corruption][history]") {
  auto history = history_of({started(), activity(), activity_done(2), timer()});
  std::string told;
  SECTION("the start is not the first") {
    std::swap(history[0].kind, history[1].kind);
    told = "does not begin with OrchestrationStarted";
  }
  SECTION("an event without a number") {
    history[1].event_id = 0;
    told = "event 2 has the number 0";
  }
  SECTION("a gap") {
    history[3].event_id = 7;
    told = "event 4 has the number 7";
  }
  SECTION("numbers that do not rise") {
    history[2].event_id = 2;
    told = "event 3 has the number 2";
  }
  check_damaged(next_turn(history), told);
}

TEST_CASE("an answer to nothing, to what comes later, or to something else is damage",
          "[corruption][history][nondeterminism]") {
  const auto entries = GENERATE(values<std::vector<Entry>>({
      // to nothing
      {started(), activity(), activity_done(99)},
      {started(), activity(), activity_done(0)},
      {started(), activity(), timer_done(1)},
      {started(), child_done(2)},
      {started(), {event::KeyValueReadCompleted{"v"}, 2}},
      {started(), {event::QueueSubscriptionCancelled{"dropped"}, 0}},
      {started(), {event::ExternalSubscribedCancelled{"dropped"}, 5}},
      // to what comes later
      {started(), activity_done(3), activity()},
      {started(), timer_done(3), timer()},
      {started(), child_done(3), child(3)},
      // to something else
      {started(), activity(), timer_done(2)},
      {started(), activity(), child_done(2)},
      {started(), activity(), {event::SubOrchestrationFailed{refused()}, 2}},
      {started(), timer(), activity_done(2)},
      {started(), timer(), {event::ActivityFailed{refused()}, 2}},
      {started(), timer(), {event::ActivityCancelRequested{"dropped"}, 2}},
      {started(), child(2), {event::TimerCancelled{"dropped"}, 2}},
      {started(), activity(), {event::SubOrchestrationCancelRequested{"dropped"}, 2}},
      // what answers nothing
      {started(), activity(), {event::ExternalEvent{"E", ""}, 2}},
      {started(), activity(), {event::OrchestrationCancelRequested{""}, 2}},
  }));
  check_damaged(next_turn(history_of(entries)), "cannot answer event");
}

TEST_CASE("a second answer in a history counts for nothing",
          "[corruption][history][nondeterminism]") {
  const bool failed = GENERATE(false, true);
  const Entry again = failed ? Entry{event::ActivityFailed{refused()}, 2} : activity_done(2, "x");
  const Entry child_again =
      failed ? Entry{event::SubOrchestrationFailed{refused()}, 7} : child_done(7, "x");
  Harness harness(Residency::rebuilt, steps);
  harness.set_history(
      history_of({started(), activity(), activity_done(2, "a"), timer(), again, timer_done(4),
                  child(7), timer_done(4), child_done(7, "c"), waiting(), child_again}));
  CHECK(output_of(harness.turn(Harness::raised("Go", "!"))) == "ac!");
}

TEST_CASE("a second answer where the code has its next step to take is a mismatch",
          "[corruption][history][nondeterminism]") {
  const auto details = failure_of(next_turn(
      history_of({started(), activity(), activity_done(2, "a"), activity_done(2, "x"), timer()})));
  CHECK(details.kind == ErrorKind::nondeterminism);
  REQUIRE(details.nondeterminism);
  CHECK(details.nondeterminism->event_id == 4);
}

TEST_CASE("a success after a failure in a history counts for nothing", "[corruption][history]") {
  Harness harness(Residency::rebuilt, steps);
  harness.set_history(history_of(
      {started(), activity(), {event::ActivityFailed{refused()}, 2}, activity_done(2, "late")}));
  CHECK(failure_of(harness.turn(Harness::raised("Other", ""))).message == "refused");
}

TEST_CASE("a decision that stands in a history twice is a mismatch",
          "[corruption][history][nondeterminism]") {
  Harness harness(Residency::rebuilt, [](OrchestrationContext ctx) -> Task<> {
    const auto delay = 1h;
    {
      auto activity = ctx.schedule_activity("A");
      auto child = ctx.schedule_sub_orchestration("C");
    }
    co_await when_all(ctx.schedule_timer(delay), ctx.wait_for_external_event("Go"));
  });
  (void)harness.start();
  auto history = harness.history();
  REQUIRE(harness.types() == std::vector<std::string>{
                                 "OrchestrationStarted", "ActivityScheduled",
                                 "SubOrchestrationScheduled", "SubOrchestrationCancelRequested",
                                 "ActivityCancelRequested", "TimerCreated", "ExternalSubscribed"});
  const auto twice = GENERATE(range(std::size_t{1}, std::size_t{7}));
  history.push_back(history[twice]);
  history.back().event_id = history.size();
  harness.set_history(history);
  const auto details = failure_of(harness.turn(Harness::raised("Other", "")));
  CHECK(details.kind == ErrorKind::nondeterminism);
  REQUIRE(details.nondeterminism);
  CHECK(details.nondeterminism->event_id == history.size());
}

TEST_CASE("whoever waits for an instance with a damaged history is told, and what it began ends",
          "[corruption][history][children]") {
  const auto result =
      next_turn(history_of({started(), activity(), timer(), child(4), activity_done(99)}));
  check_damaged(result, "event 5");
  CHECK(result.events.back().event_id == result.events.size() + 5);
  CHECK(result.cancelled_activities == std::vector<std::uint64_t>{2});
  REQUIRE(result.cancelled_timers.size() == 1);
  CHECK(result.cancelled_timers[0].id == 3);
  REQUIRE(result.messages.size() == 2);
  CHECK(std::get<work::CancelInstance>(result.messages[0]).instance == "i::sub::1.4");
  const auto& told = std::get<work::SubOrchFailed>(result.messages[1]);
  CHECK(told.instance == "p");
  CHECK(told.execution_id == 3);
  CHECK(told.id == 7);
  CHECK(told.details.kind == ErrorKind::storage);
}
