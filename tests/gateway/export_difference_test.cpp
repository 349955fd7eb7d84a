// What tells an instance from a copy of it.

#include <functional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "gateway/copy/export_difference.hpp"

namespace duroxide::export_difference_test {

namespace {

using gateway::export_difference;

Event event_of(EventKind kind, std::uint64_t id) {
  return Event{id, 0, from_milliseconds(7), std::move(kind)};
}

/// One that runs in its second execution.
InstanceExport sample() {
  InstanceExport exported;
  exported.instance_id = "i";
  exported.orchestration_name = "Order";
  exported.created_at = from_milliseconds(1);
  exported.updated_at = from_milliseconds(2);
  exported.tags = {"green"};
  ExportedExecution first;
  first.execution_id = 1;
  first.version = "1.0.0";
  first.status = ExecutionStatus::continued_as_new;
  first.started_at = from_milliseconds(1);
  first.ended_at = from_milliseconds(2);
  first.events = {event_of(event::OrchestrationStarted{"Order", "1.0.0", "in", {}, {}}, 1),
                  event_of(event::OrchestrationContinuedAsNew{"next", {}}, 2)};
  ExportedExecution second = first;
  second.execution_id = 2;
  second.status = ExecutionStatus::running;
  second.ended_at.reset();
  second.events.pop_back();
  exported.executions = {first, second};
  exported.messages = {work::ExternalRaised{"i", "A", "1"}, work::ExternalRaised{"i", "B", "2"}};
  return exported;
}

InstanceExport ended_sample() {
  InstanceExport exported = sample();
  exported.executions.pop_back();
  return exported;
}

std::string told(const InstanceExport& original, const InstanceExport& copy) {
  return export_difference(original, copy).value_or("");
}

}  // namespace

TEST_CASE("export difference: each part of an instance is compared", "[restore]") {
  struct Row {
    const char* says;
    std::function<void(InstanceExport&)> change;
  };
  const std::vector<Row> rows = {
      {"it is of the orchestration `Other` instead of `Order`",
       [](auto& x) { x.orchestration_name = "Other"; }},
      {"it has 1 executions instead of 2", [](auto& x) { x.executions.pop_back(); }},
      {"execution 2: it is execution 3 there", [](auto& x) { x.executions[1].execution_id = 3; }},
      {"execution 2: its state is another",
       [](auto& x) { x.executions[1].status = ExecutionStatus::failed; }},
      {"execution 1: its event 2 is another",
       [](auto& x) { x.executions[0].events[1].timestamp = from_milliseconds(8); }},
      {"execution 1: it has 1 events instead of 2",
       [](auto& x) { x.executions[0].events.pop_back(); }},
      {"execution 2: its version is `2.0.0` instead of `1.0.0`",
       [](auto& x) { x.executions[1].version = "2.0.0"; }},
      {"execution 1: its times are others",
       [](auto& x) { x.executions[0].ended_at = from_milliseconds(9); }},
      {"its parent is another",
       [](auto& x) {
         x.parent = ParentLink{"p", 1, 2};
       }},
      {"its tags are others", [](auto& x) { x.tags.clear(); }},
      {"its custom status is another", [](auto& x) { x.custom_status_version = 1; }},
      {"other messages wait for it, or are kept", [](auto& x) { x.messages.pop_back(); }},
  };
  for (const Row& row : rows) {
    InstanceExport copy = sample();
    row.change(copy);
    CAPTURE(row.says);
    CHECK(told(sample(), copy) == row.says);
  }
  CHECK(told(sample(), sample()).empty());
}

TEST_CASE("export difference: what an import gives anew is none", "[restore]") {
  InstanceExport copy = sample();
  copy.created_at = from_milliseconds(100);
  copy.updated_at = from_milliseconds(101);
  CHECK(told(sample(), copy).empty());
  // Of one that runs: timers that are due, a wake-up, and the order of messages.
  std::swap(copy.messages[0], copy.messages[1]);
  copy.messages.emplace_back(work::TimerFired{"i", 2, 5, from_milliseconds(9)});
  copy.messages.emplace_back(work::StartOrchestration{"i", "Order", {}, {}, {}, {}});
  CHECK(told(sample(), copy).empty());
}

TEST_CASE("export difference: of one that has ended the messages are compared as they are",
          "[restore]") {
  InstanceExport copy = ended_sample();
  CHECK(told(ended_sample(), copy).empty());
  std::swap(copy.messages[0], copy.messages[1]);
  CHECK_FALSE(told(ended_sample(), copy).empty());
}

}  // namespace duroxide::export_difference_test
