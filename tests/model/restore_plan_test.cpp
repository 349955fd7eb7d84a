// Where a history is cut, and what makes an execution go on from there.

#include "model/restore_plan.hpp"

#include <catch2/catch.hpp>

namespace duroxide::restore_plan_test {

using namespace duroxide::model;
using Catch::Contains;

namespace {

struct Entry {
  EventKind kind;
  std::uint64_t source = 0;
};

std::vector<Event> history_of(const std::vector<Entry>& entries) {
  std::vector<Event> history;
  for (const Entry& entry : entries) {
    history.push_back({history.size() + 1, entry.source, from_milliseconds(10), entry.kind});
  }
  return history;
}

const ExecutionOf execution{"i", 3, "Test", "1.0.0"};
const Timestamp due = from_milliseconds(2'000);

Entry started() {
  return {event::OrchestrationStarted{"Test", "1.0.0", "", {}, {}, 1}};
}
Entry activity() {
  return {event::ActivityScheduled{"A", "in", "gpu", "s"}};
}
Entry completed(std::uint64_t source) {
  return {event::ActivityCompleted{"out"}, source};
}
Entry refused(std::uint64_t source) {
  return {event::ActivityFailed{application_error(ErrorKind::activity_failed, "no")}, source};
}
Entry given_up(std::uint64_t source) {
  return {event::ActivityCancelRequested{"the orchestration has ended"}, source};
}
Entry child() {
  return {event::SubOrchestrationScheduled{"C", "1.2.3", "i::sub::3.2", "in"}};
}
Entry child_failed(std::uint64_t source) {
  return {event::SubOrchestrationFailed{application_error(ErrorKind::orchestration_failed, "no")},
          source};
}
/// A side effect whose function has thrown.
Entry unmade(ErrorKind kind = ErrorKind::orchestration_failed) {
  return {event::SideEffectRecorded{"S", {}, application_error(kind, "no")}};
}
Entry raised() {
  return {event::ExternalEvent{"E", "data"}};
}
Entry cancel() {
  return {event::OrchestrationCancelRequested{"stop"}};
}
Entry ended(ErrorKind kind = ErrorKind::orchestration_failed) {
  return {event::OrchestrationFailed{application_error(kind, "no")}};
}

std::uint64_t rewind_cut(const std::vector<Entry>& entries,
                         std::optional<std::uint64_t> wish = std::nullopt) {
  return find_rewind_cut(history_of(entries), RewindOptions{wish}).value();
}
std::uint64_t fork_cut(const std::vector<Entry>& entries,
                       std::optional<std::uint64_t> wish = std::nullopt) {
  return find_fork_cut(history_of(entries), wish).value();
}

}  // namespace

TEST_CASE("a rewind keeps what was before the failure", "[restore_plan]") {
  // Before the last failed activity or child, also if something came between it and the end.
  CHECK(rewind_cut({started(), activity(), refused(2), ended()}) == 2);
  CHECK(rewind_cut({started(), activity(), refused(2), activity(), refused(4), ended()}) == 4);
  CHECK(rewind_cut({started(), activity(), refused(2), activity(), completed(4), ended()}) == 2);
  CHECK(rewind_cut({started(), child(), child_failed(2), ended()}) == 2);
  // The code itself failed: before the end, and what that closed.
  CHECK(rewind_cut({started(), activity(), completed(2), ended()}) == 3);
  CHECK(rewind_cut({started(), activity(), activity(), completed(2), given_up(3), ended()}) == 4);
  CHECK(rewind_cut({started(), ended()}) == 1);
  // A cancellation is what failed it, and not an activity from before.
  CHECK(rewind_cut({started(), activity(), refused(2), activity(), cancel(), given_up(4),
                    ended(ErrorKind::cancelled)}) == 4);
  CHECK(rewind_cut({started(), cancel(), ended(ErrorKind::cancelled)}) == 1);
  // What the engine found has nothing to do with an activity that failed long before.
  CHECK(rewind_cut({started(), activity(), refused(2), activity(), given_up(4),
                    ended(ErrorKind::nondeterminism)}) == 4);
}

TEST_CASE("a rewind makes a side effect anew if its error has ended the instance",
          "[restore_plan][recorded]") {
  CHECK(rewind_cut({started(), unmade(), ended()}) == 1);
  CHECK(rewind_cut({started(), activity(), refused(2), unmade(), ended()}) == 3);
  CHECK(rewind_cut({started(), unmade(), activity(), unmade(), given_up(3), ended()}) == 3);
  // Its value could not be encoded: as if the engine had found that, and yet it is made anew.
  CHECK(rewind_cut({started(), activity(), unmade(ErrorKind::invalid_payload), given_up(2),
                    ended(ErrorKind::invalid_payload)}) == 2);
  // The code had caught it.
  CHECK(rewind_cut({started(), unmade(ErrorKind::storage), activity(), refused(3), ended()}) == 3);
  CHECK(rewind_cut({started(), activity(), refused(2), unmade(ErrorKind::storage), ended()}) == 2);
  CHECK(rewind_cut({started(), unmade(ErrorKind::storage), ended()}) == 2);
}

TEST_CASE("a rewind keeps what it is told to keep", "[restore_plan]") {
  const std::vector<Entry> entries = {started(),    activity(),  activity(),
                                      completed(2), given_up(3), ended()};
  CHECK(rewind_cut(entries, 1) == 1);
  CHECK(rewind_cut(entries, 3) == 3);
  CHECK(rewind_cut(entries, 5) == 4);  // never what the end has closed
  const auto history = history_of(entries);
  CHECK_THAT(find_rewind_cut(history, RewindOptions{0}).error().what, Contains("no event 0"));
  CHECK_THAT(find_rewind_cut(history, RewindOptions{7}).error().what,
             Contains("no event 7") && Contains("6 events"));
  CHECK_THAT(find_rewind_cut(history, RewindOptions{6}).error().what,
             Contains("event 6 is the end"));
  CHECK_FALSE(find_rewind_cut(history_of({started(), activity()}), {}));
  CHECK_FALSE(find_rewind_cut({}, {}));
}

TEST_CASE("a rewind keeps nothing from an event on that it skips", "[restore]") {
  const auto history = history_of({started(),
                                   {event::ExternalEvent{"E", "1"}},
                                   {event::QueueEventDelivered{"Q", "2"}},
                                   {event::ExternalEvent{"E", "3"}},
                                   ended()});
  CHECK(find_rewind_cut(history, {}).value() == 4);
  CHECK(find_rewind_cut(history, RewindOptions{{}, {4}}).value() == 3);
  CHECK(find_rewind_cut(history, RewindOptions{{}, {3, 2}}).value() == 1);
  CHECK(find_rewind_cut(history, RewindOptions{1, {3}}).value() == 1);
  CHECK_THAT(find_rewind_cut(history, RewindOptions{3, {3}}).error().what,
             Contains("both kept and skipped"));
  CHECK_THAT(find_rewind_cut(history, RewindOptions{{}, {1}}).error().what,
             Contains("event 1 is OrchestrationStarted"));
  CHECK_THAT(find_rewind_cut(history, RewindOptions{{}, {6}}).error().what, Contains("no event 6"));
  CHECK(messages_behind(execution, history, 1, {2, 3}) ==
        std::vector<WorkItem>{work::ExternalRaised{"i", "E", "3"}});
}

TEST_CASE("a fork keeps everything but the end", "[restore_plan]") {
  CHECK(fork_cut({started(), activity()}) == 2);
  CHECK(fork_cut({started(), activity(), given_up(2), ended()}) == 2);
  CHECK(fork_cut({started(), activity(), completed(2), {event::OrchestrationCompleted{""}}}) == 3);
  CHECK(fork_cut({started(), activity(), completed(2)}, 2) == 2);
  CHECK_FALSE(find_fork_cut({}, std::nullopt));
  CHECK_FALSE(find_fork_cut(history_of({started()}), 2));
}

TEST_CASE("no cut lies behind the end of a history with wrong numbers",
          "[restore_plan][corruption]") {
  auto history = history_of({started(), activity(), refused(2), ended()});
  history[2].event_id = 77;
  CHECK(find_rewind_cut(history, {}).value() == 2);
  history = history_of({started(), cancel(), ended(ErrorKind::cancelled)});
  history[1].event_id = 0;
  CHECK(find_rewind_cut(history, {}).value() == 1);
  // Nothing is left of one that has an end and no beginning.
  CHECK_THAT(find_fork_cut(history_of({ended()}), std::nullopt).error().what,
             Contains("does not begin with OrchestrationStarted"));
}

TEST_CASE("what is open is planned", "[restore_plan]") {
  const auto history = history_of({started(),
                                   child(),
                                   activity(),
                                   {event::TimerCreated{due}},
                                   {event::KeyValueReadScheduled{"other", "key"}},
                                   {event::CustomStatusUpdated{"half way"}}});
  const auto plan = plan_restore(execution, history, {}).value();
  REQUIRE(plan.activities.size() == 1);
  CHECK(plan.activities[0] ==
        work::ActivityExecute{"i", 3, 3, "A", "in", "Test", "1.0.0", "gpu", "s"});
  REQUIRE(plan.timers.size() == 1);
  CHECK(plan.timers[0] == work::TimerFired{"i", 3, 4, due});
  REQUIRE(plan.children.size() == 1);
  CHECK(plan.children[0] ==
        work::StartOrchestration{"i::sub::3.2", "C", "in", "1.2.3", ParentLink{"i", 3, 2}, {}});
  REQUIRE(plan.questions.size() == 1);
  CHECK(plan.questions[0] == WorkItem(work::ReadKeyValue{"other", "key", ParentLink{"i", 3, 5}}));
  CHECK(plan.state.custom_status == "half way");
  // Something must make it take a turn.
  REQUIRE(plan.messages.size() == 1);
  CHECK(std::holds_alternative<work::StartOrchestration>(plan.messages[0]));
}

TEST_CASE("what a message answers is not planned again", "[restore_plan]") {
  const auto history = history_of({started(), child(), activity(), activity()});
  const std::vector<WorkItem> messages = {work::ActivityCompleted{"i", 3, 3, "out"},
                                          work::SubOrchCompleted{"i", 3, 2, "out"},
                                          work::ActivityCompleted{"i", 2, 4, "of another"}};
  const auto plan = plan_restore(execution, history, messages).value();
  REQUIRE(plan.activities.size() == 1);
  CHECK(plan.activities[0].id == 4);
  CHECK(plan.children.empty());
  CHECK(plan.messages == messages);
  CHECK_FALSE(plan_restore(execution, history_of({activity()}), {}));
}

TEST_CASE("what came behind the cut is delivered again if somebody still waits", "[restore_plan]") {
  const auto history = history_of({started(),
                                   activity(),
                                   activity(),
                                   {event::TimerCreated{due}},
                                   child(),
                                   // the cut
                                   raised(),
                                   completed(3),
                                   refused(2),
                                   activity(),
                                   completed(9),
                                   cancel(),
                                   {event::TimerFired{due}, 4},
                                   child_failed(5),
                                   {event::QueueEventDelivered{"Q", "message"}},
                                   ended()});
  CHECK(messages_behind(execution, history, 5) ==
        std::vector<WorkItem>{
            work::ExternalRaised{"i", "E", "data"}, work::ActivityCompleted{"i", 3, 3, "out"},
            work::TimerFired{"i", 3, 4, due}, work::QueueMessage{"i", "Q", "message"}});
}

}  // namespace duroxide::restore_plan_test
