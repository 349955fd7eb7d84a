// Everything about one instance.

#include <utility>

#include "model/shown_steps.hpp"
#include "queries/describe.hpp"
#include "queries/listing.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

namespace {

/// A timer that has fired already waits in the inbox, and has left its row.
bool has_fired(const ReadView& view, const FoundInstance& found, std::uint64_t id, Timestamp at) {
  const TimerRow row{at, found.number, found.record.execution, id};
  return !view.get(Table::timers, row.bytes());
}

/// A child that has ended already has told the inbox.
bool has_ended(const ReadView& view, const FoundInstance& found, const std::string& child) {
  const auto number = find_number(view, child);
  const auto record = number ? load_instance(view, *number) : std::nullopt;
  return record && record->parent_number == found.number &&
         record->status != ExecutionStatus::running;
}

ExecutionDetails details_of(const ReadView& view, const FoundInstance& found,
                            const std::vector<Event>& history) {
  const model::OpenSteps open = open_steps_of(found, history);
  ExecutionDetails details;
  details.execution_id = found.record.execution;
  details.last_event_at =
      history.empty() ? found.record.execution_started_at : history.back().timestamp;
  for (const auto& timer : open.of<event::TimerCreated>()) {
    if (!has_fired(view, found, timer.event_id, timer.what.fire_at)) {
      details.pending_timers.push_back(model::pending_timer(timer));
    }
  }
  details.pending_events = model::pending_events(open);
  for (const auto& child : open.of<event::SubOrchestrationScheduled>()) {
    if (!has_ended(view, found, child.what.instance)) {
      details.pending_children.push_back(
          {child.event_id, child.what.name, child.what.instance, child.at});
    }
  }
  for (const auto& other : open.of<event::InstanceAwaited>()) {
    const auto number = find_number(view, other.what.instance);
    const auto record = number ? load_instance(view, *number) : std::nullopt;
    if (record && record->status == ExecutionStatus::running) {
      details.pending_children.push_back(
          {other.event_id, record->orchestration, other.what.instance, other.at});
    }
  }
  return details;
}

}  // namespace

model::OpenSteps open_steps_of(const FoundInstance& found, const std::vector<Event>& history) {
  if (history.empty()) {
    return {};  // it has not begun
  }
  return require_readable(Table::history, make_key(found.number, found.record.execution),
                          model::find_open_steps(history));
}

std::optional<InstanceDetails> Management::details(const std::string& instance) const {
  const auto view = store_->snapshot();
  const auto number = find_number(*view, instance);
  if (!number) {
    return std::nullopt;
  }
  const auto found = find_instance(*view, instance);
  InstanceDetails details;
  details.summary = summarize(*view, found.number, found.record);
  details.executions = summarize_executions(*view, found);
  if (found.record.status == ExecutionStatus::running) {
    try {
      const auto history = load_history(*view, found.number, found.record, found.record.execution);
      ExecutionDetails current = details_of(*view, found, history);
      current.pending_activities = pending_activities(*view, found, history);
      details.current_execution = std::move(current);
    } catch (const StorageFailure& failed) {
      if (failed.error().kind != ProviderError::Kind::corrupt) {
        throw;
      }
      details.damage = failed.error().message;
    }
  }
  return details;
}

}  // namespace duroxide::storage
