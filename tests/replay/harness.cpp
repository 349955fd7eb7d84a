#include "replay/harness.hpp"

#include <catch2/catch.hpp>

namespace duroxide::replay::test {

Execution& Harness::execution() {
  if (residency_ == Residency::rebuilt || !execution_) {
    if (!services.now) {
      services.now = [this] { return from_milliseconds(now_++); };
    }
    if (!services.new_guid) {
      services.new_guid = [this] { return "guid-" + std::to_string(++guids_); };
    }
    if (!services.log) {
      services.log = [this](const LogRecord& record) { logged.push_back(record); };
    }
    if (assignment.instance.empty()) {
      assignment.instance = "i";
      assignment.orchestration = "Test";
      assignment.version = "1.0.0";
    }
    assignment.handler = handler_;
    execution_ = std::make_unique<Execution>(assignment, services);
    if (!history_.empty()) {
      execution_->replay(history_);
    }
  }
  return *execution_;
}

TurnResult Harness::keep(TurnResult result) {
  for (const Event& event : result.events) {
    REQUIRE((history_.empty() || !is_terminal(history_.back().kind)));
    history_.push_back(event);
    REQUIRE(event.event_id == history_.size());
  }
  return result;
}

TurnResult Harness::start(std::string input, std::vector<WorkItem> more) {
  std::vector<WorkItem> messages{work::StartOrchestration{"i", "Test", std::move(input), {}, {}}};
  messages.insert(messages.end(), more.begin(), more.end());
  return turn(std::move(messages));
}

TurnResult Harness::turn(std::vector<WorkItem> messages) {
  return keep(execution().run(messages));
}

TurnResult Harness::turn(WorkItem message) {
  return turn(std::vector<WorkItem>{std::move(message)});
}

WorkItem Harness::activity_completed(std::uint64_t id, std::string result) const {
  return work::ActivityCompleted{"i", assignment.execution_id, id, std::move(result)};
}
WorkItem Harness::activity_failed(std::uint64_t id, std::string message) const {
  return work::ActivityFailed{"i", assignment.execution_id, id,
                              application_error(ErrorKind::activity_failed, std::move(message))};
}
WorkItem Harness::timer_fired(std::uint64_t id) const {
  return work::TimerFired{"i", assignment.execution_id, id, from_milliseconds(5'000)};
}
WorkItem Harness::child_completed(std::uint64_t id, std::string result) const {
  return work::SubOrchCompleted{"i", assignment.execution_id, id, std::move(result)};
}
WorkItem Harness::child_failed(std::uint64_t id, std::string message) const {
  return work::SubOrchFailed{
      "i", assignment.execution_id, id,
      application_error(ErrorKind::orchestration_failed, std::move(message))};
}
WorkItem Harness::raised(std::string name, std::string data) {
  return work::ExternalRaised{"i", std::move(name), std::move(data)};
}

WorkItem Harness::queued(std::string name, std::string data) {
  return work::QueueMessage{"i", std::move(name), std::move(data)};
}

std::vector<std::string> Harness::types() const {
  std::vector<std::string> types;
  for (const Event& event : history_) {
    types.emplace_back(event_type(event.kind));
  }
  return types;
}

std::string output_of(const TurnResult& result) {
  REQUIRE(std::holds_alternative<Completed>(result.outcome));
  return std::get<Completed>(result.outcome).output;
}

ErrorDetails failure_of(const TurnResult& result) {
  REQUIRE(std::holds_alternative<Failed>(result.outcome));
  return std::get<Failed>(result.outcome).details;
}

bool still_running(const TurnResult& result) {
  return std::holds_alternative<StillRunning>(result.outcome);
}

const work::ContinueAsNew& next_of(const TurnResult& turn) {
  REQUIRE(std::holds_alternative<ContinuedAsNew>(turn.outcome));
  return std::get<work::ContinueAsNew>(turn.messages.at(0));
}

}  // namespace duroxide::replay::test
