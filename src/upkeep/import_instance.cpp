#include "upkeep/import_instance.hpp"

#include <utility>

#include "engine/execution_rows.hpp"
#include "engine/kept_rows.hpp"
#include "engine/messages.hpp"
#include "engine/restored.hpp"
#include "engine/timer_rows.hpp"
#include "model/encoding.hpp"
#include "model/export_check.hpp"

namespace duroxide::storage {

namespace {

InstanceRecord record_of(const InstanceExport& exported) {
  const ExportedExecution& current = exported.executions.back();
  InstanceRecord record;
  record.id = exported.instance_id;
  record.orchestration = exported.orchestration_name;
  record.version = current.version;
  record.execution = current.execution_id;
  record.status = model::status_of(current);
  record.execution_started_at = current.started_at;
  record.event_count = current.events.size();
  record.parent = exported.parent;
  record.start_due = exported.start_due;
  record.tags = exported.tags;
  return record;
}

/// Of an execution that has no event yet: its start is the first message.
void queue_start(Transaction& transaction, Number number, const InstanceExport& exported) {
  bool is_start = true;
  for (const WorkItem& message : exported.messages) {
    if (!std::exchange(is_start, false)) {
      stage_message(transaction, number, transaction.numbers().next_sequence(), message);
    } else if (exported.start_due) {
      add_delayed(transaction, TimerRow{*exported.start_due, number, 0, 0},
                  model::encode_work_item_shared(message));
    } else {
      stage_message(transaction, number, 0, message);
    }
  }
}

}  // namespace

RestoredInstance import_instance(Transaction& transaction,
                                 const management::ImportInstance& request) {
  const InstanceExport& exported = request.exported;
  require_free_id(transaction, exported.instance_id);
  require(model::check_export(exported));
  const Number number = transaction.numbers().next_instance();
  InstanceRecord record = record_of(exported);
  const ExportedExecution& current = exported.executions.back();
  create_restored(transaction, number, record);
  RestoredInstance restored{record.id, 0, 0, 0};
  for (const ExportedExecution& execution : exported.executions) {
    write_history(transaction, number, execution.execution_id, execution.events);
    restored.events_kept += execution.events.size();
    if (execution.ended_at) {
      transaction.batch().put(
          Table::executions, make_key(number, execution.execution_id),
          encode_execution({execution.version, model::status_of(execution), execution.started_at,
                            *execution.ended_at, execution.events.size()}));
    }
  }
  CarriedState state;
  state.custom_status = exported.custom_status;
  state.custom_status_version = exported.custom_status_version;
  state.values = exported.values;
  write_state(transaction, number, state);
  if (record.status != ExecutionStatus::running) {
    write_result(transaction, number, record.execution, current.events.back().kind);
    for (const WorkItem& message : exported.messages) {
      keep_message(transaction, number, message);
    }
  } else if (current.events.empty()) {
    queue_start(transaction, number, exported);
  } else {
    const auto plan =
        model::plan_restore({record.id, record.execution, record.orchestration, record.version},
                            current.events, exported.messages);
    if (!plan) {
      throw_invalid(plan.error().what);
    }
    Children children;
    take_up(transaction, number, record, *plan, children);
    ask_questions(transaction, children);
    restored.activities_scheduled = plan->activities.size();
  }
  return restored;
}

}  // namespace duroxide::storage
