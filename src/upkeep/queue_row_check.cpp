// The rows of the three queues.

#include <string>

#include "model/encoding.hpp"
#include "model/kept_messages.hpp"
#include "upkeep/row_check.hpp"

namespace duroxide::storage {

namespace {

bool is_current(const InstanceRecord& record, std::uint64_t execution) {
  return record.status == ExecutionStatus::running && record.execution == execution;
}

}  // namespace

void RowCheck::check_message() {
  if (!has_size(16)) {
    return;
  }
  const auto* record = owner(number_at(key_, 0));
  const auto item = model::decode_work_item(value_);
  if (!is_readable(item) || record == nullptr) {
    return;
  }
  if (target_instance(*item) != record->id) {
    found("the message is for another instance, `" + target_instance(*item) + "`");
  } else if (record->status != ExecutionStatus::running) {
    found("the message waits for an instance that has ended");
  }
  const bool is_start = std::holds_alternative<work::StartOrchestration>(*item);
  const bool begins = is_start || std::holds_alternative<work::ContinueAsNew>(*item);
  const bool is_first = number_at(key_, 8) == 0;
  // An instance that was restored is woken by a start that comes once more.
  const bool wakes = is_start && !is_first && record->event_count != 0;
  if (begins != is_first && !wakes) {
    found("the start of an execution, and only that, has the number 0 among the messages");
  } else if (is_first && record->event_count != 0) {
    found("the start of an execution waits, but it has begun already");
  }
}

void RowCheck::check_kept() {
  if (!has_size(16)) {
    return;
  }
  const auto* record = owner(number_at(key_, 0));
  const auto item = model::decode_work_item(value_);
  if (!is_readable(item) || record == nullptr) {
    return;
  }
  if (target_instance(*item) != record->id) {
    found("the message is for another instance, `" + target_instance(*item) + "`");
  } else if (!model::keeps_messages(record->status)) {
    found("the message is kept for a rewind, but the instance has not failed");
  } else if (!model::is_kept(*item, record->execution)) {
    found("the message is kept for a rewind, which would not deliver it");
  }
}

void RowCheck::check_work() {
  if (!has_size(24)) {
    return;
  }
  const WorkKey key = *WorkKey::parse(key_);
  const auto* record = owner(key.number);
  const auto row = decode_activity_row(value_);
  if (!is_readable(row) || record == nullptr) {
    return;
  }
  if (row->item.instance != record->id || row->item.execution_id != key.execution ||
      row->item.id != key.event_id) {
    found("the activity is that of another instance, execution or event than its key says");
    return;
  }
  if (row->item.incarnation != record->incarnation) {
    found("the activity is of another incarnation than its instance");
  }
  if (key.execution > record->execution) {
    found("the activity is of an execution that has not begun");
  }
  if (!is_current(*record, key.execution)) {
    return;  // nobody waits for it any more, but it may end
  }
  const auto* steps = open_steps(key.number, *record);
  if (steps != nullptr && !steps->is_open(model::Errand::activity, key.event_id)) {
    found("the activity is in the queue, but its instance does not wait for it");
  }
}

void RowCheck::check_timer() {
  if (!has_size(32)) {
    return;
  }
  const TimerRow row = *TimerRow::parse(key_);
  const auto* record = owner(row.number);
  const auto item = model::decode_work_item(value_);
  if (!is_readable(item) || record == nullptr) {
    return;
  }
  if (target_instance(*item) != record->id) {
    found("it is for another instance, `" + target_instance(*item) + "`");
    return;
  }
  const bool is_start = std::holds_alternative<work::StartOrchestration>(*item);
  if (row.execution == 0) {
    if (is_start != (row.id == 0) || (is_start && record->start_due != row.due)) {
      found("the delayed start is not the one that the instance waits for");
    } else if (!is_start && !view_.get(Table::delayed, row.delayed_bytes())) {
      found("the delayed message is not listed among those of its instance");
    }
    return;
  }
  if (const auto* activity = std::get_if<work::ActivityExecute>(&*item)) {
    if (activity->execution_id != row.execution || activity->id != row.id ||
        activity->start_due != row.due) {
      found("the time by which an activity must have begun is another one than its key says");
    }
    return;
  }
  const auto* timer = std::get_if<work::TimerFired>(&*item);
  if (timer == nullptr || timer->execution_id != row.execution || timer->id != row.id ||
      timer->fire_at != row.due) {
    found("the timer is another one than its key says");
    return;
  }
  if (!is_current(*record, row.execution)) {
    return;
  }
  const auto* steps = open_steps(row.number, *record);
  if (steps != nullptr && !steps->is_open(model::Errand::timer, row.id) &&
      !view_.get(Table::delayed, row.delayed_bytes())) {
    found("the timer is in the queue, but its instance does not wait for it");
  }
}

void RowCheck::check_delayed() {
  if (!has_size(32)) {
    return;
  }
  const TimerRow row = *TimerRow::parse_delayed(key_);
  if (owner(row.number) != nullptr && !view_.get(Table::timers, row.bytes())) {
    found("it names a timer that is not in the queue");
  }
}

void RowCheck::check_awaited() {
  if (!has_size(32)) {
    return;
  }
  const AwaitedRow row = *AwaitedRow::parse(key_);
  const auto* awaited = owner(row.awaited);
  if (awaited == nullptr) {
    return;
  }
  if (awaited->status != ExecutionStatus::running) {
    found("the end of the instance is waited for, but it has ended");
    return;
  }
  const auto* reader = owner(row.reader);
  if (reader == nullptr) {
    return;
  }
  if (!is_current(*reader, row.execution)) {
    found("an execution waits for the end of an instance, but it has ended itself");
    return;
  }
  const auto* steps = open_steps(row.reader, *reader);
  if (steps != nullptr && !steps->is_open(model::Errand::end, row.event_id)) {
    found("nobody waits for the end of the instance there");
  }
}

}  // namespace duroxide::storage
