// One instance and its executions.

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "model/encoding.hpp"
#include "postgres/executions.hpp"
#include "postgres/instance_row.hpp"
#include "postgres/reads.hpp"
#include "postgres/refusals.hpp"
#include "postgres/summary_row.hpp"

namespace duroxide::postgres {

namespace {

/// Result, custom status, kept messages, and why it cannot go on by itself.
Call more_call(const std::string& id) {
  return {"more_of_instance", Parameters().text(id),
          "SELECT e.output, e.failure, c.status, c.version,"
          " (SELECT count(*) FROM kept k WHERE k.number = i.number),"
          " t.quarantine, CASE WHEN i.status = 0 THEN t.waiting_for END,"
          " (SELECT w.waiting_for FROM work w WHERE i.status = 0 AND w.number = i.number"
          "   AND w.waiting_for IS NOT NULL ORDER BY w.execution, w.event LIMIT 1),"
          " q.name, q.quarantine"
          " FROM instances i JOIN turns t ON t.number = i.number"
          " LEFT JOIN executions e ON i.status <> 0 AND e.number = i.number"
          "   AND e.execution = i.execution"
          " LEFT JOIN custom_status c ON c.number = i.number"
          " LEFT JOIN LATERAL (SELECT w.name, w.quarantine FROM work w WHERE w.number = i.number"
          "   AND w.quarantine IS NOT NULL ORDER BY w.execution, w.event LIMIT 1) q ON true"
          " WHERE i.id = $1"};
}

OrchestrationStatus full_status(const InstanceRow& instance, const Rows::Row& more) {
  OrchestrationStatus status(instance.status);
  if (instance.status == ExecutionStatus::completed) {
    status = OrchestrationStatus::Completed{more.text(0)};
  } else if (instance.status != ExecutionStatus::running) {
    status = OrchestrationStatus::Failed{error_in(more, 1, instance.id)};
  }
  return std::move(status).with_custom_status(more.optional_text(2), more.count(3));
}

std::optional<std::string> waiting_for(const Rows::Row& more) {
  if (!more.is_null(5)) {
    return "quarantine: " + more.text(5);
  }
  for (const std::size_t column : {6U, 7U}) {
    if (!more.is_null(column)) {
      return more.text(column);
    }
  }
  if (!more.is_null(9)) {
    return "quarantine of activity `" + more.text(8) + "`: " + more.text(9);
  }
  return std::nullopt;
}

[[noreturn]] void refuse_execution(const std::string& instance, std::uint64_t execution) {
  refuse_input("the instance `" + instance + "` has no execution " + std::to_string(execution));
}

}  // namespace

InstanceInfo read_info(Database& database, const std::string& instance) {
  require_id(instance);
  const Answers answers = database.read({instance_call(instance), more_call(instance)});
  const InstanceRow found = require_instance(answers[0], instance);
  const Rows::Row more = answers[1].first();
  InstanceInfo info;
  info.instance_id = found.id;
  info.orchestration_name = found.orchestration;
  info.orchestration_version = found.version;
  info.current_execution_id = found.execution;
  info.status = full_status(found, more);
  info.created_at = found.created_at;
  info.updated_at = found.updated_at;
  if (found.parent) {
    info.parent_instance_id = found.parent->instance;
  }
  info.event_count = found.event_count;
  info.tags = found.tags;
  info.kept_messages = more.count(4);
  info.waiting_for = waiting_for(more);
  return info;
}

std::vector<std::uint64_t> list_executions(Database& database, const std::string& instance) {
  require_id(instance);
  const Answers answers = database.read({instance_call(instance), executions_call(instance)});
  const InstanceRow found = require_instance(answers[0], instance);
  std::vector<std::uint64_t> executions;
  for (const EndedExecution& ended : executions_in(answers[1])) {
    executions.push_back(ended.execution);
  }
  if (executions.empty() || executions.back() != found.execution) {
    executions.push_back(found.execution);
  }
  return executions;
}

ExecutionInfo read_execution(Database& database, const std::string& instance,
                             std::uint64_t execution) {
  require_id(instance);
  const Answers answers = database.read(
      {instance_call(instance),
       {"one_execution", Parameters().text(instance).number(execution),
        "SELECT e.version, e.status, e.started_at, e.ended_at, e.event_count, e.output, e.failure,"
        " (SELECT h.events FROM history h WHERE e.status = 3 AND h.number = e.number"
        "   AND h.execution = e.execution ORDER BY h.first_event DESC LIMIT 1)"
        " FROM executions e JOIN instances i ON i.number = e.number"
        " WHERE i.id = $1 AND e.execution = $2"}});
  const InstanceRow found = require_instance(answers[0], instance);
  ExecutionInfo info;
  info.execution_id = execution;
  if (answers[1].empty()) {
    if (execution != found.execution || found.status != ExecutionStatus::running) {
      refuse_execution(instance, execution);
    }
    info.version = found.version;
    info.started_at = found.execution_started_at;
    info.event_count = found.event_count;
    return info;
  }
  const Rows::Row row = answers[1].first();
  info.version = row.text(0);
  info.status = status_in(row, 1);
  info.started_at = time_in(row, 2);
  info.completed_at = time_in(row, 3);
  info.event_count = row.count(4);
  if (info.status == ExecutionStatus::completed) {
    info.output = row.text(5);
  } else if (info.status == ExecutionStatus::continued_as_new) {
    const auto events =
        require_readable("the last events of execution " + std::to_string(execution) +
                             " of the instance `" + instance + "`",
                         model::decode_events(row.bytes(7)));
    const auto* next = events.empty()
                           ? nullptr
                           : std::get_if<event::OrchestrationContinuedAsNew>(&events.back().kind);
    info.output = next == nullptr ? std::nullopt : std::optional(std::string(next->input.text()));
  } else {
    info.output = error_in(row, 6, instance).message;
  }
  return info;
}

std::vector<Event> read_history(Database& database, const std::string& instance,
                                std::optional<std::uint64_t> execution) {
  require_id(instance);
  const Answers answers = database.read(
      {instance_call(instance), executions_call(instance), history_call(instance, execution)});
  const InstanceRow found = require_instance(answers[0], instance);
  const std::uint64_t wanted = execution.value_or(found.execution);
  std::optional<std::uint64_t> event_count;
  if (wanted == found.execution) {
    event_count = found.event_count;
  }
  for (const EndedExecution& ended : executions_in(answers[1])) {
    if (ended.execution == wanted) {
      event_count = ended.event_count;
    }
  }
  if (!event_count) {
    refuse_execution(instance, wanted);
  }
  return history_in(answers[2], found.id, wanted, *event_count);
}

}  // namespace duroxide::postgres
