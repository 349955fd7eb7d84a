// Instances that go on from a history that this engine did not just write: what rewind, fork and
// import have in common.

#include <algorithm>
#include <utility>

#include "engine/engine.hpp"
#include "engine/values.hpp"
#include "model/encoding.hpp"

namespace duroxide::storage {

namespace {

/// A row of a history that is written at once; the engine's own rows hold a turn each.
constexpr std::size_t events_per_row = 64;

}  // namespace

void Engine::write_history(Number number, std::uint64_t execution,
                           const std::vector<Event>& events) {
  for (std::size_t begin = 0; begin < events.size(); begin += events_per_row) {
    const auto first = events.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto size = std::min(events_per_row, events.size() - begin);
    batch_.put(Table::history, make_key(number, execution, first->event_id),
               model::encode_events({first, first + static_cast<std::ptrdiff_t>(size)}));
  }
  instances_.count_events(static_cast<std::int64_t>(events.size()));
}

void Engine::cut_history(Number number, const std::vector<Event>& history, std::uint64_t execution,
                         std::uint64_t kept) {
  std::vector<std::string> rows;
  batch_.scan(Table::history, make_key(number, execution), [&](std::string_view key, auto) {
    rows.emplace_back(key);
    return true;
  });
  while (!rows.empty() && number_at(rows.back(), 16) > kept) {
    batch_.erase(Table::history, rows.back());
    rows.pop_back();
  }
  if (!rows.empty()) {
    const auto first = static_cast<std::ptrdiff_t>(number_at(rows.back(), 16) - 1);
    batch_.put(Table::history, rows.back(),
               model::encode_events(
                   {history.begin() + first, history.begin() + static_cast<std::ptrdiff_t>(kept)}));
  }
  instances_.count_events(static_cast<std::int64_t>(kept) -
                          static_cast<std::int64_t>(history.size()));
}

void Engine::write_state(Number number, const CarriedState& state) {
  std::vector<std::string> rows;
  batch_.scan(Table::values, make_key(number), [&](std::string_view key, std::string_view) {
    rows.emplace_back(key);
    return true;
  });
  for (const std::string& row : rows) {
    batch_.erase(Table::values, row);
  }
  for (const StoredValue& value : state.values) {
    batch_.put(Table::values, value_key(number, value.key), encode_value(value));
  }
  if (state.custom_status_version == 0) {
    batch_.erase(Table::custom_status, make_key(number));
  } else {
    batch_.put(
        Table::custom_status, make_key(number),
        encode_custom_status(CustomStatus{state.custom_status, state.custom_status_version}));
  }
  transaction_.after_applied([this, number] { outcome_.changed.insert(number); });
}

void Engine::create_restored(Number number, InstanceRecord& record) {
  // A listing goes by the creation in this store; the times of old stand in the history.
  record.created_at = numbers_.creation_time(clock_->now());
  record.updated_at = record.created_at;
  record.start_opening = opening_.id;
  record.incarnation = new_incarnation();
  if (record.parent) {
    record.parent_number = instances_.find(record.parent->instance).value_or(0);
  }
  instances_.create(number, record);
  note_change(transaction_, ChangeKind::restored, record);
  transaction_.after_applied([this, number] { outcome_.touched.insert(number); });
}

void Engine::take_up(Number number, const InstanceRecord& record, const RestorePlan& plan,
                     Children& children) {
  for (const work::ActivityExecute& activity : plan.activities) {
    add_activity(transaction_, number, activity, record.incarnation);
    transaction_.after_applied([this, key = WorkKey{number, activity.execution_id, activity.id}] {
      counted_.work.erase(key);
      work_.counts_to_write.erase(key);
    });
  }
  for (const work::TimerFired& timer : plan.timers) {
    batch_.put(Table::timers, TimerRow{timer.fire_at, number, timer.execution_id, timer.id}.bytes(),
               model::encode_work_item(timer));
    outcome_.timers_touched = true;
  }
  for (const WorkItem& message : plan.messages) {
    stage_message(transaction_, number, numbers_.next_sequence(), message);
  }
  for (const WorkItem& question : plan.questions) {
    (void)answer_from_store(transaction_, question);
  }
  for (const work::StartOrchestration& child : plan.children) {
    start_child(child, children);
  }
}

}  // namespace duroxide::storage
