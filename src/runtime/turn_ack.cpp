#include "runtime/turn_ack.hpp"

#include <utility>
#include <variant>

namespace duroxide::runtime {

namespace {

struct Describe {
  provider::ExecutionMetadata& metadata;

  void operator()(const replay::StillRunning&) const { metadata.status = ExecutionStatus::running; }
  void operator()(replay::Completed& outcome) const {
    metadata.status = ExecutionStatus::completed;
    metadata.output = std::move(outcome.output);
  }
  void operator()(replay::Failed& outcome) const {
    metadata.status =
        outcome.details.is_cancelled() ? ExecutionStatus::cancelled : ExecutionStatus::failed;
    metadata.failure = std::move(outcome.details);
  }
  void operator()(replay::ContinuedAsNew& outcome) const {
    metadata.status = ExecutionStatus::continued_as_new;
    metadata.output = std::move(outcome.input);
  }
};

}  // namespace

provider::AckOrchestrationItem make_ack(const provider::OrchestrationItem& item,
                                        const replay::Assignment& assignment,
                                        replay::TurnResult result, bool stays_resident) {
  provider::AckOrchestrationItem ack;
  ack.lock_token = item.lock_token;
  ack.execution_id = item.execution_id;
  ack.events = std::move(result.events);
  ack.worker_items = std::move(result.activities);
  ack.timers = std::move(result.timers);
  ack.orchestrator_items = std::move(result.messages);
  ack.cancelled_activities = std::move(result.cancelled_activities);
  ack.cancelled_timers = std::move(result.cancelled_timers);
  ack.values = std::move(result.values);
  ack.custom_status = std::move(result.custom_status);
  ack.metadata.orchestration_name = assignment.orchestration;
  ack.metadata.orchestration_version = assignment.version;
  std::visit(Describe{ack.metadata}, result.outcome);
  ack.updates = std::move(result.updates);
  ack.untaken = std::move(result.untaken);
  ack.stays_resident = stays_resident;
  return ack;
}

}  // namespace duroxide::runtime
