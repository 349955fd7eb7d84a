// New instances with a history: imported ones, and forks of others.

#include <utility>

#include "engine/engine.hpp"
#include "engine/export_check.hpp"
#include "engine/kept_messages.hpp"
#include "model/encoding.hpp"
#include "model/instance_rename.hpp"
#include "model/limits.hpp"

namespace duroxide::storage {

namespace {

using Kind = ProviderError::Kind;

void require_free(Instances& instances, const std::string& id) {
  require(model::check_instance_id(id));
  if (instances.find(id)) {
    throw StorageFailure(Kind::instance_already_exists, "the instance `" + id + "` exists already");
  }
}

/// An export calls failed what was cancelled.
ExecutionStatus status_of(const ExportedExecution& execution) {
  const auto* failed = execution.events.empty()
                           ? nullptr
                           : std::get_if<event::OrchestrationFailed>(&execution.events.back().kind);
  return failed != nullptr && failed->details.is_cancelled() ? ExecutionStatus::cancelled
                                                             : execution.status;
}

InstanceRecord record_of(const InstanceExport& exported) {
  const ExportedExecution& current = exported.executions.back();
  InstanceRecord record;
  record.id = exported.instance_id;
  record.orchestration = exported.orchestration_name;
  record.version = current.version;
  record.execution = current.execution_id;
  record.status = status_of(current);
  record.execution_started_at = current.started_at;
  record.event_count = current.events.size();
  record.parent = exported.parent;
  record.start_due = exported.start_due;
  record.tags = exported.tags;
  return record;
}

}  // namespace

void Engine::import_instance(const management::ImportInstance& request,
                             ReplyTo<management::ImportInstance> reply) {
  apply_for<RestoredInstance>("import_instance", std::move(reply), [&] {
    const InstanceExport& exported = request.exported;
    require_free(instances_, exported.instance_id);
    require(check_export(exported));
    const Number number = numbers_.next_instance();
    InstanceRecord record = record_of(exported);
    const ExportedExecution& current = exported.executions.back();
    create_restored(number, record);
    RestoredInstance restored{record.id, 0, 0, 0};
    for (const ExportedExecution& execution : exported.executions) {
      write_history(number, execution.execution_id, execution.events);
      restored.events_kept += execution.events.size();
      if (execution.ended_at) {
        batch_.put(Table::executions, make_key(number, execution.execution_id),
                   encode_execution({execution.version, status_of(execution), execution.started_at,
                                     *execution.ended_at, execution.events.size()}));
      }
    }
    CarriedState state;
    state.custom_status = exported.custom_status;
    state.custom_status_version = exported.custom_status_version;
    state.values = exported.values;
    write_state(number, state);
    if (record.status != ExecutionStatus::running) {
      write_result(transaction_, number, record.execution, current.events.back().kind);
      for (const WorkItem& message : exported.messages) {
        keep_message(transaction_, number, message);
      }
    } else if (current.events.empty()) {
      queue_start(number, exported);
    } else {
      const auto plan =
          plan_restore({record.id, record.execution, record.orchestration, record.version},
                       current.events, exported.messages);
      if (!plan) {
        throw_invalid(plan.error().what);
      }
      Children children;
      take_up(number, record, *plan, children);
      restored.activities_scheduled = plan->activities.size();
    }
    return restored;
  });
}

/// Of an execution that has no event yet: its start is the first message.
void Engine::queue_start(Number number, const InstanceExport& exported) {
  bool is_start = true;
  for (const WorkItem& message : exported.messages) {
    if (!std::exchange(is_start, false)) {
      stage_message(transaction_, number, numbers_.next_sequence(), message);
    } else if (exported.start_due) {
      add_delayed(transaction_, TimerRow{*exported.start_due, number, 0, 0},
                  model::encode_work_item(message));
    } else {
      stage_message(transaction_, number, 0, message);
    }
  }
}

void Engine::fork(const management::ForkInstance& request,
                  ReplyTo<management::ForkInstance> reply) {
  apply_for<RestoredInstance>("fork_instance", std::move(reply), [&] {
    const auto [source, from] = transaction_.require_instance(request.instance);
    require_free(instances_, request.new_instance);
    const std::uint64_t execution = request.options.execution_id.value_or(from.execution);
    if (execution != from.execution &&
        !batch_.contains(Table::executions, make_key(source, execution))) {
      throw_invalid("the instance `" + request.instance + "` has no execution " +
                    std::to_string(execution));
    }
    const auto refuse_fork = [&](const std::string& why) {
      throw_invalid("the instance `" + request.instance + "` cannot be forked: " + why);
    };
    auto events = instances_.load_history(source, from, execution);
    const auto total = events.size();
    const auto kept = find_fork_cut(events, request.options.event_id);
    if (!kept) {
      refuse_fork(kept.error().what);
    }
    // What the other has kept came behind everything, so a copy that ends earlier goes without.
    const bool is_whole = execution == from.execution && kept == find_fork_cut(events, {});
    events.resize(*kept);
    model::become_root(events, execution, from.id, request.new_instance);
    const auto& started = std::get<event::OrchestrationStarted>(events.front().kind);

    InstanceRecord record;
    record.id = request.new_instance;
    record.orchestration = started.name;
    record.version = started.version;
    record.execution = execution;
    record.execution_started_at = events.front().timestamp;
    record.event_count = *kept;
    record.tags = from.tags;
    const ExecutionOf forked_execution{record.id, record.execution, record.orchestration,
                                       record.version};
    std::vector<WorkItem> messages;
    if (is_whole) {
      auto copies = read_kept(transaction_, source);
      for (WorkItem& copy : copies) {
        model::readdress(copy, record.id);
      }
      add_kept(forked_execution, events, std::move(copies), messages);
    }
    const auto plan = plan_restore(forked_execution, events, std::move(messages));
    if (!plan) {
      refuse_fork(plan.error().what);
    }
    const Number number = numbers_.next_instance();
    create_restored(number, record);
    write_history(number, execution, events);
    write_state(number, plan->state);
    Children children;
    take_up(number, record, *plan, children);
    return RestoredInstance{record.id, *kept, total - *kept, plan->activities.size()};
  });
}

}  // namespace duroxide::storage
