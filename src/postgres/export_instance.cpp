// Everything the store keeps of one instance, as of one moment.

#include <iterator>
#include <string>
#include <utility>

#include "model/encoding.hpp"
#include "postgres/executions.hpp"
#include "postgres/instance_row.hpp"
#include "postgres/reads.hpp"
#include "postgres/refusals.hpp"
#include "postgres/stored_messages.hpp"
#include "postgres/summary_row.hpp"

namespace duroxide::postgres {

namespace {

std::vector<StoredValue> values_in(const Rows& rows) {
  std::vector<StoredValue> values;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Rows::Row row = rows.row(i);
    StoredValue value;
    value.key = row.text(0);
    value.value = Payload(row.bytes(1));
    value.updated_at = time_in(row, 2);
    value.version = row.count(3);
    values.push_back(std::move(value));
  }
  return values;
}

/// Those of all executions, whose rows follow each other.
class Histories {
 public:
  Histories(const Rows& rows, const std::string& id) : rows_(rows), id_(id) {}

  /// That of the next execution that is asked for; they are asked for in ascending order.
  [[nodiscard]] std::vector<Event> next(std::uint64_t execution, std::uint64_t event_count) {
    std::vector<Event> events;
    const std::string what =
        "the history of execution " + std::to_string(execution) + " of the instance `" + id_ + "`";
    for (; next_ < rows_.size() && rows_.row(next_).count(0) <= execution; ++next_) {
      const Rows::Row row = rows_.row(next_);
      if (row.count(0) == execution) {
        if (auto read = model::decode_events_into(row.bytes(1), events); !read) {
          throw Refusal(ProviderError::Kind::corrupt,
                        what + " cannot be read: " + read.error().what);
        }
      }
    }
    if (events.size() != event_count) {
      throw Refusal(ProviderError::Kind::corrupt, what + " has " + std::to_string(events.size()) +
                                                      " events instead of " +
                                                      std::to_string(event_count));
    }
    return events;
  }

 private:
  const Rows& rows_;
  const std::string& id_;
  std::size_t next_ = 0;
};

std::vector<ExportedExecution> exported_executions(const InstanceRow& instance, const Rows& ended,
                                                   const Rows& history) {
  Histories histories(history, instance.id);
  std::vector<ExportedExecution> executions;
  for (EndedExecution& each : executions_in(ended)) {
    const auto status = each.status == ExecutionStatus::cancelled
                            ? ExecutionStatus::failed  // so that earlier releases can import it
                            : each.status;
    executions.push_back({each.execution, std::move(each.version), status, each.started_at,
                          each.ended_at, histories.next(each.execution, each.event_count)});
  }
  if (instance.status == ExecutionStatus::running) {
    executions.push_back({instance.execution, instance.version, instance.status,
                          instance.execution_started_at, std::nullopt,
                          histories.next(instance.execution, instance.event_count)});
  }
  return executions;
}

}  // namespace

InstanceExport export_instance(Database& database, const std::string& instance) {
  require_id(instance);
  const Answers answers = database.read(
      {instance_call(instance), executions_call(instance),
       call_with_id("all_history_of", instance,
                    "SELECT h.execution, h.events FROM history h JOIN instances i"
                    " ON i.number = h.number WHERE i.id = $1 ORDER BY h.execution, h.first_event"),
       call_with_id("custom_status_of", instance,
                    "SELECT c.status, c.version FROM custom_status c JOIN instances i"
                    " ON i.number = c.number WHERE i.id = $1"),
       call_with_id("state_of", instance,
                    "SELECT s.key, s.value, s.updated_at, s.version FROM state s JOIN instances i"
                    " ON i.number = s.number WHERE i.id = $1 ORDER BY s.key"),
       delayed_start_call(instance), inbox_call(instance), kept_call(instance),
       delayed_call(instance)});
  const InstanceRow found = require_instance(answers[0], instance);
  InstanceExport exported;
  exported.instance_id = found.id;
  exported.orchestration_name = found.orchestration;
  exported.created_at = found.created_at;
  exported.updated_at = found.updated_at;
  exported.tags = found.tags;
  exported.parent = found.parent;
  exported.executions = exported_executions(found, answers[1], answers[2]);
  if (!answers[3].empty()) {
    exported.custom_status = answers[3].first().optional_text(0);
    exported.custom_status_version = answers[3].first().count(1);
  }
  exported.values = values_in(answers[4]);
  // The messages that wait in the inbox, between a start and other messages that are delayed; those that it
  // keeps, if it has failed.
  for (const std::size_t each : {5U, 6U, 7U, 8U}) {
    if (each < 8 || found.status == ExecutionStatus::running) {
      auto messages = messages_in(answers[each], found.id);
      std::move(messages.begin(), messages.end(), std::back_inserter(exported.messages));
    }
  }
  exported.start_due = found.start_due;
  return exported;
}

}  // namespace duroxide::postgres
