// An instance is made of an export.

#include <string>
#include <utility>
#include <variant>

#include "model/encoding.hpp"
#include "model/export_check.hpp"
#include "postgres/restored.hpp"
#include "postgres/start_calls.hpp"
#include "postgres/take_up.hpp"
#include "postgres/writings.hpp"

namespace duroxide::postgres {

namespace {

InstanceRow instance_row_of(const InstanceExport& exported) {
  const ExportedExecution& current = exported.executions.back();
  InstanceRow row;
  row.id = exported.instance_id;
  row.orchestration = exported.orchestration_name;
  row.version = current.version;
  row.execution = current.execution_id;
  row.status = model::status_of(current);
  row.execution_started_at = current.started_at;
  row.event_count = current.events.size();
  row.parent = exported.parent;
  row.start_due = exported.start_due;
  row.tags = exported.tags;
  return row;
}

/// What its next turn needs. One that has not begun has its start among its messages.
std::string code_for(const InstanceExport& exported) {
  if (exported.executions.back().events.empty() && !exported.messages.empty()) {
    const WorkItem& first = exported.messages.front();
    if (const auto* start = std::get_if<work::StartOrchestration>(&first)) {
      return code_of(start->orchestration, start->version);
    }
    if (const auto* next = std::get_if<work::ContinueAsNew>(&first)) {
      return code_of(next->orchestration, next->version);
    }
  }
  return code_of(exported.orchestration_name, exported.executions.back().version);
}

void write_end(const TakenUp& taken_up, const ExportedExecution& execution, Change& change) {
  std::optional<std::string> output;
  std::optional<std::string> error;
  std::optional<std::string> told;
  if (!execution.events.empty()) {
    const EventKind& end = execution.events.back().kind;
    if (const auto* completed = std::get_if<event::OrchestrationCompleted>(&end)) {
      output = completed->output.text();
    } else if (const auto* failed = std::get_if<event::OrchestrationFailed>(&end)) {
      ErrorDetails details = failed->details;
      error = model::encode_error(details);
      details.came_through({ErrorOrigin::Kind::orchestration, taken_up.execution.orchestration,
                            taken_up.execution.instance, execution.execution_id, 0});
      told = model::encode_error(details);
    }
  }
  change.add(
      {"execution_of_change", Parameters()
                                  .number(taken_up.number)
                                  .number(execution.execution_id)
                                  .text(execution.version)
                                  .number(static_cast<std::int64_t>(model::status_of(execution)))
                                  .number(to_milliseconds(execution.started_at))
                                  .number(to_milliseconds(*execution.ended_at))
                                  .number(execution.events.size())
                                  .optional_bytes(std::move(output))
                                  .optional_bytes(std::move(error))
                                  .optional_bytes(std::move(told))});
}

/// Of an execution that has no event yet: its start is the first message.
void queue_start(const TakenUp& taken_up, const InstanceExport& exported, Change& change) {
  bool is_start = true;
  for (const WorkItem& message : exported.messages) {
    if (is_start && exported.start_due) {
      change.add({"delayed_start_of_change", Parameters()
                                                 .number(taken_up.number)
                                                 .number(to_milliseconds(*exported.start_due))
                                                 .bytes(model::encode_work_item(message))});
    } else {
      add_message(taken_up, message, is_start, false, change);
    }
    is_start = false;
  }
}

class Import final : public RestoreWriting {
 public:
  explicit Import(management::ImportInstance request) : exported_(std::move(request.exported)) {}

 protected:
  Change plan(const Bench& bench) override {
    Change change;
    require_free(bench, exported_.instance_id, change);
    require(model::check_export(exported_));
    const ExportedExecution& current = exported_.executions.back();
    InstanceRow row = instance_row_of(exported_);
    create(bench, row, code_for(exported_), change);
    const TakenUp taken_up{row.number, row.incarnation, row.current()};
    restored() = {row.id, 0, 0, 0};
    for (const ExportedExecution& execution : exported_.executions) {
      write_history(row.number, execution.execution_id, execution.events, change);
      restored().events_kept += execution.events.size();
      if (execution.ended_at) {
        write_end(taken_up, execution, change);
      }
    }
    CarriedState state;
    state.custom_status = exported_.custom_status;
    state.custom_status_version = exported_.custom_status_version;
    state.values = exported_.values;
    set_state(taken_up, state, bench, change);
    if (row.status != ExecutionStatus::running) {
      for (const WorkItem& message : exported_.messages) {
        add_message(taken_up, message, false, true, change);
      }
    } else if (current.events.empty()) {
      queue_start(taken_up, exported_, change);
    } else {
      go_on(bench, taken_up, change);
    }
    return change;
  }

 private:
  void go_on(const Bench& bench, const TakenUp& taken_up, Change& change) {
    const auto plan = model::plan_restore(taken_up.execution, exported_.executions.back().events,
                                          exported_.messages);
    if (!plan) {
      refuse_input(plan.error().what);
    }
    take_up(taken_up, *plan, plan->children, bench, change);
    ask_questions(taken_up, *plan, bench, change);
    restored().activities_scheduled = plan->activities.size();
  }

  InstanceExport exported_;
};

}  // namespace

WritingOf<RestoredInstance> write(management::ImportInstance request) {
  return std::make_unique<Import>(std::move(request));
}

}  // namespace duroxide::postgres
