// The tables of event and message kinds, and what follows from them.

#include "model/event_table.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "model/encoding.hpp"
#include "model/json_io.hpp"
#include "model/kinds.hpp"
#include "model/samples.hpp"

namespace duroxide::event_table_test {

using model::Role;

namespace {

Event at(std::uint64_t id, EventKind kind, std::uint64_t source = 0) {
  return {id, source, from_milliseconds(static_cast<std::int64_t>(id)), std::move(kind)};
}

/// A fresh event of each kind, by its place.
std::vector<EventKind> fresh_kinds() {
  std::vector<EventKind> kinds;
  model::for_each_kind([&]<class Kind>() { kinds.emplace_back(Kind{}); });
  return kinds;
}

std::vector<EventKind> sample_kinds() {
  std::vector<EventKind> kinds;
  for (const auto& [name, event] : model::test::sample_events()) {
    kinds.push_back(event.kind);
  }
  return kinds;
}

Event read_back(const Event& event) {
  const model::ParsedJson document(model::to_json_value(event));
  Event read;
  REQUIRE(model::JsonReader::read(document, model::Place{}, read));
  return read;
}

}  // namespace

TEST_CASE("each kind has a name of its own, and a sample", "[event-kinds]") {
  std::set<std::string_view> names;
  for (const EventKind& kind : fresh_kinds()) {
    CHECK(names.insert(event_type(kind)).second);
  }
  CHECK(names.size() == std::variant_size_v<EventKind>);
  const auto samples = sample_kinds();
  REQUIRE(samples.size() == names.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    CHECK(samples[i].index() == i);
  }
}

TEST_CASE("each kind comes back from bytes and from JSON, full or fresh", "[event-kinds]") {
  auto kinds = fresh_kinds();
  for (const EventKind& kind : sample_kinds()) {
    kinds.push_back(kind);
  }
  for (const EventKind& kind : kinds) {
    const Event event = at(7, kind, 3);
    INFO(describe(kind));
    CHECK(model::decode_events(model::encode_events({event})).value() == std::vector<Event>{event});
    CHECK(read_back(event) == event);
  }
}

TEST_CASE("no field of a sample is left out of bytes or JSON", "[event-kinds]") {
  // The samples have every field set, so what is left out shows as a fresh value.
  for (const EventKind& kind : sample_kinds()) {
    const auto fresh = fresh_kinds()[kind.index()];
    INFO(describe(kind));
    if (!(kind == fresh)) {
      CHECK(model::encode_events({at(1, kind)}) != model::encode_events({at(1, fresh)}));
      CHECK(model::to_json_value(at(1, kind)) != model::to_json_value(at(1, fresh)));
    }
  }
}

TEST_CASE("what the code decides and what comes to it", "[event-kinds]") {
  std::map<Role, int> count;
  for (const EventKind& kind : fresh_kinds()) {
    ++count[model::role_of(kind)];
    const bool ends = model::role_of(kind) == Role::ends;
    CHECK(is_terminal(kind) == ends);
    CHECK((model::status_after(kind) == ExecutionStatus::running) == !ends);
  }
  CHECK(count[Role::begins] == 1);
  CHECK(count[Role::ends] == 3);
  CHECK(count[Role::schedules] == 5);
  CHECK(count[Role::waits] == 2);
  CHECK(count[Role::raised] == 2);
  CHECK(count[Role::asked] == 1);
  CHECK(model::is_command(event::ActivityScheduled{}));
  CHECK(model::is_command(event::TimerCancelled{}));
  CHECK(model::is_command(event::GuidRecorded{}));
  CHECK_FALSE(model::is_command(event::ActivityCompleted{}));
  CHECK_FALSE(model::is_command(event::ExternalEvent{}));
  CHECK_FALSE(model::is_command(event::OrchestrationCompleted{}));
}

TEST_CASE("a decision is the same with the same fields, or at the same place", "[event-kinds]") {
  for (const EventKind& kind : sample_kinds()) {
    INFO(describe(kind));
    CHECK(model::is_same_decision(kind, kind) == model::is_command(kind));
  }
  using namespace event;
  CHECK_FALSE(model::is_same_decision(ActivityScheduled{"A", "1"}, ActivityScheduled{"A", "2"}));
  CHECK_FALSE(model::is_same_decision(PatchMarked{"a"}, PatchMarked{"b"}));
  CHECK(model::is_same_decision(TimerCreated{from_milliseconds(1)},
                                TimerCreated{from_milliseconds(2)}));
  CHECK(model::is_same_decision(CustomStatusUpdated{"a"}, CustomStatusUpdated{"b"}));
  CHECK(model::is_same_decision(TimerCancelled{"a"}, TimerCancelled{"b"}));
  CHECK_FALSE(model::is_same_decision(TimerCreated{}, UtcNowRecorded{}));
  CHECK(model::is_same_decision(SideEffectRecorded{"a", "1"}, SideEffectRecorded{"a", "2"}));
  CHECK_FALSE(model::is_same_decision(SideEffectRecorded{"a", "1"}, SideEffectRecorded{"b", "1"}));
  CHECK(model::is_same_decision(UpdateAnswered{"a", "1"}, UpdateAnswered{"a", "2"}));
  CHECK_FALSE(model::is_same_decision(UpdateAnswered{"a", "1"}, UpdateAnswered{"b", "1"}));
}

TEST_CASE("an event answers only what was asked for", "[event-kinds]") {
  for (const EventKind& kind : sample_kinds()) {
    const Role role = model::role_of(kind);
    const bool has_source = role == Role::answers || role == Role::gives_up;
    INFO(describe(kind));
    CHECK(model::can_answer(kind, nullptr) == !has_source);
    for (const EventKind& source : sample_kinds()) {
      const Event before = at(1, source);
      CHECK(model::can_answer(kind, &before) ==
            (has_source && model::source_of(kind) == source.index()));
    }
  }
}

TEST_CASE("a step is described, asks for something and is given up", "[event-kinds]") {
  const model::Caller caller{"i", 3, "O", "1.0.0"};
  for (const EventKind& kind : sample_kinds()) {
    if (!model::opens_step(model::role_of(kind))) {
      continue;
    }
    INFO(describe(kind));
    const std::size_t step = kind.index();
    CHECK_FALSE(model::label_of(kind).empty());
    CHECK_FALSE(model::describe_step(kind).empty());
    CHECK_FALSE(model::words_of(step).schedule.empty());
    CHECK(model::is_wait(step) == (model::errand_of(step) == model::Errand::none));
    CHECK(model::is_wait(step) == !model::request_of(caller, 4, kind).has_value());
    const auto given_up = model::giving_up(step, "why");
    CHECK(given_up.has_value() == (model::errand_of(step) != model::Errand::question));
    if (given_up) {
      const Event opening = at(4, kind);
      CHECK(model::can_answer(*given_up, &opening));
    }
  }
  CHECK(model::request_of(caller, 4, event::ActivityScheduled{"A", "in", "gpu", "s"}) ==
        WorkItem(work::ActivityExecute{"i", 3, 4, "A", "in", "O", "1.0.0", "gpu", "s"}));
  CHECK(model::request_of(caller, 4, event::OrchestrationChained{"C", "2.0.0", "c", "in"}) ==
        WorkItem(work::StartOrchestration{"c", "C", "in", "2.0.0", std::nullopt}));
  CHECK_FALSE(model::request_of(caller, 4, event::GuidRecorded{"g"}));
  CHECK(model::request_of(caller, 4, event::EventSent{"o", "E", "d"}) ==
        WorkItem(work::ExternalRaised{"o", "E", "d"}));
  CHECK(model::request_of(caller, 4, event::QueueMessageSent{"o", "Q", "d"}) ==
        WorkItem(work::QueueMessage{"o", "Q", "d"}));
  CHECK(model::request_of(caller, 4, event::CancelSent{"o", "r"}) ==
        WorkItem(work::CancelInstance{"o", "r", std::nullopt}));
  CHECK_THROWS_AS(model::throw_failure(model::place_of<event::ActivityScheduled>(), {}),
                  ActivityFailed);
  CHECK_THROWS_AS(model::throw_failure(model::place_of<event::TimerCreated>(), {}),
                  OrchestrationError);
}

TEST_CASE("a message becomes an event, and the event the message again", "[event-kinds]") {
  for (const auto& [name, message] : model::test::sample_work_items()) {
    INFO(name);
    const auto kind = model::event_of(message);
    const auto answer = model::answer_in(message);
    if (!kind) {
      CHECK_FALSE(answer);
      continue;
    }
    CHECK(answer.has_value() == (model::role_of(*kind) == Role::answers));
    CHECK(model::is_raised(message) ==
          (model::role_of(*kind) == Role::raised || model::role_of(*kind) == Role::asked));
    CHECK(model::outcome_of(*kind).has_value() == answer.has_value());
    const auto again = model::message_again(at(9, *kind, answer ? answer->id : 0), "i", 3);
    if (answer && !answer->is_failure) {
      CHECK(answer->event == event_type(*kind));
      CHECK(answer->step == model::source_of(*kind));
    }
    const bool comes_again = model::is_raised(message) || (answer && !answer->is_failure);
    REQUIRE(again.has_value() == comes_again);
    CHECK((!again || *again == message));
  }
}

TEST_CASE("the engine's own messages are refused to others", "[event-kinds]") {
  std::set<std::string> refused;
  for (const auto& [name, message] : model::test::sample_work_items()) {
    if (!model::check_sender(message)) {
      refused.insert(name);
    }
  }
  CHECK(refused == std::set<std::string>{"work.ActivityExecute", "work.AwaitInstance",
                                         "work.AwaitedCompleted", "work.AwaitedFailed",
                                         "work.ContinueAsNew", "work.KeyValueRead",
                                         "work.ReadKeyValue"});
  CHECK_FALSE(model::check_message(work::ExternalRaised{"i", "", "x"}));
  CHECK(model::check_message(work::QueueMessage{"i", "Q", "x"}));
}

TEST_CASE("what is raised is handed to the next execution by its wait", "[event-kinds]") {
  CarriedState carried;
  CHECK(model::carry(work::ExternalRaised{"i", "E", "1"}, carried));
  CHECK(model::carry(work::QueueMessage{"i", "Q", "2"}, carried));
  CHECK_FALSE(model::carry(work::CancelInstance{"i", "why"}, carried));
  CHECK_FALSE(model::carry(work::UpdateRequest{"i", "u", "U", "in"}, carried));
  CHECK(carried.events == std::vector<CarriedEvent>{{"E", "1"}});
  CHECK(carried.messages == std::vector<CarriedEvent>{{"Q", "2"}});
}

}  // namespace duroxide::event_table_test
