// The executions of an instance.

#include <algorithm>
#include <limits>

#include "engine/history_reader.hpp"
#include "model/encoding.hpp"
#include "queries/describe.hpp"
#include "queries/management.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

namespace {

ExecutionRecord decode_execution_row(std::string_view key, std::string_view bytes) {
  return require_readable(Table::executions, key, decode_execution(bytes));
}

/// What stands last in the history of an execution that has ended; none if it is empty.
std::optional<Event> last_event(const ReadView& view, const FoundInstance& found,
                                std::uint64_t execution, std::uint64_t event_count) {
  const Number number = found.number;
  const auto cursor = view.cursor(Table::history);
  const bool any =
      cursor->seek_back(make_key(number, execution, std::numeric_limits<std::uint64_t>::max())) &&
      cursor->key().starts_with(make_key(number, execution));
  std::vector<Event> events;
  if (any) {
    events = require_readable(Table::history, cursor->key(), model::decode_events(cursor->value()));
  }
  const std::uint64_t last = events.empty() ? 0 : events.back().event_id;
  if (last != event_count) {
    throw_damaged_history(found.record.id, execution, last, event_count,
                          "its last event is missing");
  }
  return events.empty() ? std::nullopt : std::optional(std::move(events.back()));
}

std::optional<std::string> output_of(const ReadView& view, const FoundInstance& found,
                                     std::uint64_t execution, const ExecutionRecord& record) {
  if (record.status == ExecutionStatus::continued_as_new) {
    const auto last = last_event(view, found, execution, record.event_count);
    const auto* next =
        last ? std::get_if<event::OrchestrationContinuedAsNew>(&last->kind) : nullptr;
    return next == nullptr ? std::nullopt : std::optional(next->input);
  }
  const auto key = make_key(found.number, execution);
  const auto bytes = view.get(Table::results, key);
  if (!bytes) {
    throw_corrupt(Table::results, key, "the execution has ended but has no result");
  }
  const auto result = require_readable(Table::results, key, decode_result(*bytes));
  const ErrorDetails* failed = result.error();
  return failed != nullptr ? failed->message : result.output();
}

}  // namespace

std::vector<ExecutionSummary> summarize_executions(const ReadView& view,
                                                   const FoundInstance& found) {
  std::vector<ExecutionSummary> executions;
  const auto prefix = make_key(found.number);
  const auto cursor = view.cursor(Table::executions);
  for (bool more = cursor->seek(prefix); more && cursor->key().starts_with(prefix);
       more = cursor->next()) {
    const auto record = decode_execution_row(cursor->key(), cursor->value());
    ExecutionSummary summary;
    summary.execution_id = number_at(cursor->key(), 8);
    summary.status = record.status;
    summary.started_at = record.started_at;
    summary.completed_at = record.ended_at;
    summary.event_count = record.event_count;
    summary.duration_ms = static_cast<std::uint64_t>(
        std::max<std::int64_t>(0, (record.ended_at - record.started_at).count()));
    executions.push_back(summary);
  }
  if (found.record.status == ExecutionStatus::running) {
    ExecutionSummary current;
    current.execution_id = found.record.execution;
    current.started_at = found.record.execution_started_at;
    current.event_count = found.record.event_count;
    executions.push_back(current);
  }
  return executions;
}

ExecutionInfo Management::execution(const std::string& instance, std::uint64_t execution) const {
  const auto view = store_->snapshot();
  const auto found = find_instance(*view, instance);
  ExecutionInfo info;
  info.execution_id = execution;
  const auto key = make_key(found.number, execution);
  if (const auto bytes = view->get(Table::executions, key)) {
    auto record = decode_execution_row(key, *bytes);
    info.status = record.status;
    info.output = output_of(*view, found, execution, record);
    info.version = std::move(record.version);
    info.started_at = record.started_at;
    info.completed_at = record.ended_at;
    info.event_count = record.event_count;
    return info;
  }
  if (execution != found.record.execution || found.record.status != ExecutionStatus::running) {
    throw StorageFailure(
        ProviderError::Kind::invalid_input,
        "the instance `" + instance + "` has no execution " + std::to_string(execution));
  }
  info.version = found.record.version;
  info.started_at = found.record.execution_started_at;
  info.event_count = found.record.event_count;
  return info;
}

}  // namespace duroxide::storage
