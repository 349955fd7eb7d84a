// Everything the store keeps of one instance, as of one moment.

#include "engine/deadline.hpp"
#include "engine/values.hpp"
#include "model/encoding.hpp"
#include "queries/management.hpp"
#include "storage/keys.hpp"
#include "upkeep/upkeep.hpp"

namespace duroxide::storage {

namespace {

/// Calls `visit` with each key and value that begins with `prefix`.
template <class Visit>
void scan_rows(const ReadView& view, Table table, const std::string& prefix, const Visit& visit) {
  const auto cursor = view.cursor(table);
  for (bool more = cursor->seek(prefix); more && cursor->key().substr(0, prefix.size()) == prefix;
       more = cursor->next()) {
    visit(cursor->key(), cursor->value());
  }
}

WorkItem decode_message(Table table, std::string_view key, std::string_view bytes) {
  return require_readable(table, key, model::decode_work_item(bytes));
}

std::vector<ExportedExecution> load_executions(const ReadView& view, Number number,
                                               const InstanceRecord& record) {
  std::vector<ExportedExecution> executions;
  scan_rows(view, Table::executions, make_key(number),
            [&](std::string_view key, std::string_view row) {
              auto ended = require_readable(Table::executions, key, decode_execution(row));
              if (ended.status == ExecutionStatus::cancelled) {
                ended.status = ExecutionStatus::failed;  // so that earlier releases can import it
              }
              const std::uint64_t id = number_at(key, 8);
              executions.push_back({id, std::move(ended.version), ended.status, ended.started_at,
                                    ended.ended_at, load_history(view, number, record, id)});
            });
  if (record.status == ExecutionStatus::running) {
    executions.push_back({record.execution, record.version, record.status,
                          record.execution_started_at, std::nullopt,
                          load_history(view, number, record, record.execution)});
  }
  return executions;
}

/// The messages that wait in the inbox, between a start and other messages that are delayed; those
/// that it keeps, if it has failed.
std::vector<WorkItem> load_messages(const ReadView& view, Number number,
                                    const InstanceRecord& record) {
  std::vector<WorkItem> messages;
  if (record.start_due) {
    const auto key = TimerRow{*record.start_due, number, 0, 0}.bytes();
    if (const auto start = view.get(Table::timers, key)) {
      messages.push_back(decode_message(Table::timers, key, *start));
    }
  }
  scan_rows(view, Table::inbox, make_key(number),
            [&](std::string_view key, std::string_view bytes) {
              messages.push_back(decode_message(Table::inbox, key, bytes));
            });
  scan_rows(view, Table::kept, make_key(number), [&](std::string_view key, std::string_view bytes) {
    messages.push_back(decode_message(Table::kept, key, bytes));
  });
  if (record.status != ExecutionStatus::running) {
    return messages;
  }
  scan_rows(view, Table::delayed, make_key(number), [&](std::string_view key, std::string_view) {
    const TimerRow row{from_sortable(number_at(key, 8)), number, number_at(key, 16),
                       number_at(key, 24)};
    const auto message = view.get(Table::timers, row.bytes());
    if (row.execution == 0 && row.id != 0 && row.id != deadline_id && message) {
      messages.push_back(decode_message(Table::timers, row.bytes(), *message));
    }
  });
  return messages;
}

}  // namespace

InstanceExport Upkeep::export_instance(const std::string& instance) const {
  const auto view = store_->checked_snapshot();
  auto [number, record] = find_instance(*view, instance);
  CustomStatus custom = load_custom_status(*view, number);
  InstanceExport exported;
  exported.instance_id = record.id;
  exported.orchestration_name = record.orchestration;
  exported.created_at = record.created_at;
  exported.updated_at = record.updated_at;
  exported.tags = record.tags;
  exported.parent = record.parent;
  exported.executions = load_executions(*view, number, record);
  exported.custom_status = std::move(custom.text);
  exported.custom_status_version = custom.version;
  exported.values = load_values(*view, number);
  exported.messages = load_messages(*view, number, record);
  exported.start_due = record.start_due;
  return exported;
}

}  // namespace duroxide::storage
