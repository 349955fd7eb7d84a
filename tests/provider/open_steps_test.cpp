// What a history amounts to where it ends.

#include "model/open_steps.hpp"

#include <catch2/catch.hpp>

namespace duroxide::open_steps_test {

using model::find_open_steps;
using model::OpenSteps;

namespace {

struct Entry {
  EventKind kind;
  std::uint64_t source = 0;
};

/// The entries, numbered; entry n happens at time 10 n.
std::vector<Event> history_of(const std::vector<Entry>& entries) {
  std::vector<Event> history;
  for (const Entry& entry : entries) {
    const auto id = history.size() + 1;
    history.push_back(
        {id, entry.source, from_milliseconds(static_cast<std::int64_t>(id) * 10), entry.kind});
  }
  return history;
}

Entry started(CarriedState carried = {}) {
  return {event::OrchestrationStarted{"Test", "1.0.0", "", ParentLink{"p", 3, 7},
                                      std::move(carried), 1}};
}
Entry activity(const std::string& name = "A") {
  return {event::ActivityScheduled{name, "in", "gpu", "s"}};
}
Entry timer() {
  return {event::TimerCreated{from_milliseconds(2'000)}};
}
Entry child() {
  return {event::SubOrchestrationScheduled{"C", "1.2.3", "child", "in"}};
}
Entry waiting(const std::string& name = "E") {
  return {event::ExternalSubscribed{name}};
}
Entry raised(const std::string& name = "E", const std::string& data = "") {
  return {event::ExternalEvent{name, data}};
}
Entry dequeue(const std::string& name = "Q") {
  return {event::QueueSubscribed{name}};
}
Entry message(const std::string& name = "Q", const std::string& data = "") {
  return {event::QueueEventDelivered{name, data}};
}
Entry read_value() {
  return {event::KeyValueReadScheduled{"other", "key"}};
}
Entry failed() {
  return {event::OrchestrationFailed{application_error(ErrorKind::orchestration_failed, "no")}};
}

OpenSteps open(const std::vector<Entry>& entries) {
  return find_open_steps(history_of(entries)).value();
}
std::string problem(const std::vector<Entry>& entries) {
  const auto found = find_open_steps(history_of(entries));
  return found ? "" : found.error().what;
}

/// Of the open steps of a kind, by their events.
template <class Kind>
std::vector<std::uint64_t> ids(const OpenSteps& open) {
  std::vector<std::uint64_t> found;
  for (const auto& step : open.of<Kind>()) {
    found.push_back(step.event_id);
  }
  return found;
}

using EventIds = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("everything that was asked for and not answered is open", "[open_steps]") {
  const auto steps = open(
      {started(), activity(), timer(), waiting(), dequeue(), child(), read_value(), activity("B")});
  REQUIRE(ids<event::ActivityScheduled>(steps) == EventIds{2, 8});
  CHECK(steps.of<event::ActivityScheduled>()[0].at == from_milliseconds(20));
  CHECK(steps.of<event::ActivityScheduled>()[0].what ==
        event::ActivityScheduled{"A", "in", "gpu", "s"});
  CHECK(steps.of<event::ActivityScheduled>()[1].what.name == "B");
  REQUIRE(ids<event::TimerCreated>(steps) == EventIds{3});
  CHECK(steps.of<event::TimerCreated>()[0].what.fire_at == from_milliseconds(2'000));
  REQUIRE(ids<event::ExternalSubscribed>(steps) == EventIds{4});
  CHECK(steps.of<event::ExternalSubscribed>()[0].what.name == "E");
  REQUIRE(ids<event::QueueSubscribed>(steps) == EventIds{5});
  CHECK(steps.of<event::QueueSubscribed>()[0].what.name == "Q");
  REQUIRE(ids<event::SubOrchestrationScheduled>(steps) == EventIds{6});
  CHECK(steps.of<event::SubOrchestrationScheduled>()[0].what ==
        event::SubOrchestrationScheduled{"C", "1.2.3", "child", "in"});
  REQUIRE(ids<event::KeyValueReadScheduled>(steps) == EventIds{7});
  CHECK(steps.of<event::KeyValueReadScheduled>()[0].what ==
        event::KeyValueReadScheduled{"other", "key"});
  CHECK(steps.parent == ParentLink{"p", 3, 7});
  CHECK_FALSE(steps.ended);
  CHECK_FALSE(steps.cancel_requested);
}

TEST_CASE("an answer closes what it answers", "[open_steps]") {
  const ErrorDetails details = application_error(ErrorKind::activity_failed, "no");
  struct Row {
    const char* what;
    Entry schedule;
    Entry answer;
  };
  const Row row = GENERATE_COPY(values<Row>({
      {"completed activity", activity(), {event::ActivityCompleted{""}, 2}},
      {"failed activity", activity(), {event::ActivityFailed{details}, 2}},
      {"cancelled activity", activity(), {event::ActivityCancelRequested{"dropped"}, 2}},
      {"fired timer", timer(), {event::TimerFired{from_milliseconds(2'000)}, 2}},
      {"cancelled timer", timer(), {event::TimerCancelled{"dropped"}, 2}},
      {"raised event", waiting(), raised()},
      {"given up wait", waiting(), {event::ExternalSubscribedCancelled{"dropped"}, 2}},
      {"message", dequeue(), message()},
      {"given up message", dequeue(), {event::QueueSubscriptionCancelled{"dropped"}, 2}},
      {"completed child", child(), {event::SubOrchestrationCompleted{""}, 2}},
      {"failed child", child(), {event::SubOrchestrationFailed{details}, 2}},
      {"cancelled child", child(), {event::SubOrchestrationCancelRequested{"dropped"}, 2}},
      {"read value", read_value(), {event::KeyValueReadCompleted{"v"}, 2}},
  }));
  INFO(row.what);
  const auto count = [](const OpenSteps& steps) { return steps.steps.size(); };
  CHECK(count(open({started(), row.schedule})) == 1);
  CHECK(count(open({started(), row.schedule, row.answer})) == 0);
  // Another of the same sort stays.
  CHECK(count(open({started(), row.schedule, row.schedule, row.answer})) == 1);
}

TEST_CASE("waits and events meet by name, first come first served", "[open_steps]") {
  CHECK(ids<event::ExternalSubscribed>(open(
            {started(), waiting("A"), waiting("B"), waiting("A"), raised("A")})) == EventIds{3, 4});
  CHECK(ids<event::ExternalSubscribed>(open({started(), raised(), waiting()})).empty());
  CHECK(ids<event::ExternalSubscribed>(open({started(), raised(), waiting(), waiting()})) ==
        EventIds{4});
  // A queue and an event of one name have nothing to do with each other.
  CHECK(ids<event::QueueSubscribed>(open({started(), raised("X"), dequeue("X")})) == EventIds{3});

  CarriedState carried;
  carried.events = {{"E", "1"}};
  carried.messages = {{"Q", "2"}};
  CHECK(ids<event::ExternalSubscribed>(open({started(carried), waiting(), dequeue()})).empty());
  CHECK(ids<event::QueueSubscribed>(open({started(carried), waiting(), dequeue()})).empty());
}

TEST_CASE("what nobody has waited for is kept, in order of arrival", "[open_steps]") {
  CarriedState carried;
  carried.events = {{"E", "1"}};
  carried.messages = {{"Q", "2"}};
  const auto state =
      open({started(carried), raised("F", "3"), raised("E", "4"), waiting("E"), message("Q", "5")})
          .state;
  CHECK(state.events == std::vector<CarriedEvent>{{"F", "3"}, {"E", "4"}});
  CHECK(state.messages == std::vector<CarriedEvent>{{"Q", "2"}, {"Q", "5"}});
}

TEST_CASE("status and values are those that the events amount to", "[open_steps]") {
  CarriedState carried;
  carried.custom_status = "old";
  carried.custom_status_version = 3;
  carried.values = {{"a", "1", from_milliseconds(5), 1}, {"b", "2", from_milliseconds(6), 2}};
  carried.value_changes = 2;
  CHECK(open({started(carried)}).state == carried);

  const auto state = open({started(carried),
                           {event::CustomStatusUpdated{"new"}},
                           {event::KeyValueSet{"b", "3"}},
                           {event::KeyValueCleared{"a"}},
                           {event::KeyValueCleared{"missing"}},
                           {event::KeyValueSet{"c", "4"}}})
                         .state;
  CHECK(state.custom_status == "new");
  CHECK(state.custom_status_version == 4);
  CHECK(state.values == std::vector<StoredValue>{{"b", "3", from_milliseconds(30), 3},
                                                 {"c", "4", from_milliseconds(60), 5}});
  CHECK(state.value_changes == 5);

  const auto cleared = open({started(carried),
                             {event::KeyValuesCleared{}},
                             {event::CustomStatusUpdated{std::nullopt}}})
                           .state;
  CHECK(cleared.values.empty());
  CHECK(cleared.value_changes == 4);
  CHECK_FALSE(cleared.custom_status);
  CHECK(cleared.custom_status_version == 4);
}

TEST_CASE("nothing is open behind the end", "[open_steps]") {
  const auto steps =
      open({started(), read_value(), activity(), {event::KeyValueSet{"a", "1"}}, failed()});
  CHECK(steps.ended);
  CHECK(ids<event::ActivityScheduled>(steps).empty());
  CHECK(ids<event::KeyValueReadScheduled>(steps).empty());
  CHECK(steps.state.values.size() == 1);
}

TEST_CASE("a request to cancel is noticed", "[open_steps]") {
  CHECK(open({started(), {event::OrchestrationCancelRequested{"stop"}}}).cancel_requested);
}

TEST_CASE("a history that cannot be right is refused with the reason", "[open_steps]") {
  using Catch::Contains;
  CHECK_THAT(problem({}), Contains("OrchestrationStarted"));
  CHECK_THAT(problem({activity()}), Contains("OrchestrationStarted"));
  CHECK_THAT(problem({started(), started()}), Contains("event 2 is a second"));
  CHECK_THAT(problem({started(), {event::ActivityCompleted{""}, 0}}), Contains("event 2"));
  CHECK_THAT(problem({started(), {event::ActivityCompleted{""}, 9}}), Contains("event 9"));
  CHECK_THAT(problem({started(), timer(), {event::ActivityCompleted{""}, 2}}),
             Contains("cannot answer event 2"));
  CHECK_THAT(problem({started(),
                      activity(),
                      {event::ActivityCompleted{""}, 2},
                      {event::ActivityCompleted{""}, 2}}),
             Contains("event 4") && Contains("answers event 2"));
  CHECK_THAT(problem({started(), failed(), activity()}), Contains("event 3"));
  std::vector<Event> gap = history_of({started(), activity()});
  gap[1].event_id = 3;
  CHECK_FALSE(find_open_steps(gap).has_value());
}

TEST_CASE("an event that was dropped unread goes to the next wait", "[open_steps]") {
  // No history shows it, but nothing breaks either.
  const auto steps = open({started(),
                           waiting(),
                           raised("E", "1"),
                           {event::ExternalSubscribedCancelled{"dropped"}, 2},
                           waiting()});
  CHECK(ids<event::ExternalSubscribed>(steps).empty());
}

}  // namespace duroxide::open_steps_test
