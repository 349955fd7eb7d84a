#include "upkeep/row_check.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/counters.hpp"
#include "engine/event_keys.hpp"
#include "engine/instances.hpp"
#include "model/archive.hpp"
#include "model/broken_value.hpp"
#include "model/encoding.hpp"
#include "model/limits.hpp"
#include "storage/format.hpp"
#include "storage/lmdb/seal.hpp"
#include "upkeep/counter_check.hpp"
#include "upkeep/instance_check.hpp"

namespace duroxide::storage {

void RowCheck::check(Table table, std::string_view key, std::string_view value) {
  table_ = table;
  key_ = key;
  value_ = value;
  if (is_broken(value) && table != Table::set_aside && table != Table::instances) {
    owner_.reset();
    return found(std::string(*model::broken_value_problem(value)));
  }
  switch (table) {
    case Table::instances:
      return;
    case Table::meta:
      return check_meta();
    case Table::ids:
      return check_id();
    case Table::results:
      return check_result();
    case Table::executions:
      return check_execution();
    case Table::history:
      return check_history();
    case Table::inbox:
      return check_message();
    case Table::kept:
      return check_kept();
    case Table::work:
      return check_work();
    case Table::timers:
      return check_timer();
    case Table::delayed:
      return check_delayed();
    case Table::event_keys:
      return check_event_key();
    case Table::attempts:
      return check_attempts();
    case Table::values:
      return check_value();
    case Table::custom_status:
      return check_custom_status();
    case Table::progress:
      return check_progress();
    case Table::quarantine:
      return check_quarantine();
    case Table::set_aside:
      return found("a row that cannot be read was set aside; its first byte is the table, " +
                   std::to_string(key.empty() ? 0 : static_cast<unsigned char>(key.front())) +
                   ", the rest its key there");
    case Table::by_status:
    case Table::by_name:
    case Table::by_updated:
    case Table::by_parent:
    case Table::by_tag:
      return check_index();
    case Table::counters:
      if (auto right = check_counter(view_, key, value); !right) {
        found(std::move(right).error().what);
      }
      return;
    case Table::paused:
      return check_paused();
    case Table::awaited:
      return check_awaited();
  }
}

void RowCheck::found(std::string what) {
  std::string instance;
  if (owner_ && owner_->record) {
    instance = owner_->record->id;
  }
  findings_.add(table_, key_, instance, std::move(what));
}

bool RowCheck::has_size(std::size_t bytes) {
  if (key_.size() == bytes) {
    return true;
  }
  owner_.reset();
  found("the key has " + std::to_string(key_.size()) + " bytes instead of " +
        std::to_string(bytes));
  return false;
}

const RowCheck::Owner& RowCheck::look_up(Number number) {
  if (!owner_ || owner_->number != number) {
    owner_ = Owner{number, false, std::nullopt};
    if (const auto bytes = view_.get(Table::instances, make_key(number))) {
      owner_->exists = true;
      if (auto record = decode_instance(*bytes)) {
        owner_->record = std::move(*record);
      }
    }
  }
  return *owner_;
}

const InstanceRecord* RowCheck::owner(Number number) {
  const Owner& found_owner = look_up(number);
  if (!found_owner.exists) {
    found("it belongs to instance number " + std::to_string(number) + ", which there is not");
  }
  return found_owner.record ? &*found_owner.record : nullptr;
}

const model::OpenSteps* RowCheck::open_steps(Number number, const InstanceRecord& record) {
  if (steps_of_ != number) {
    steps_of_ = number;
    Findings found_elsewhere;
    auto history = storage::check_history(view_, number, record.execution, record.event_count,
                                          record.id, found_elsewhere);
    steps_ = history ? std::optional(std::move(history->steps)) : std::nullopt;
  }
  return steps_ ? &*steps_ : nullptr;
}

void RowCheck::require_work(const WorkKey& key) {
  (void)look_up(key.number);
  if (!view_.get(Table::work, key.bytes())) {
    found("it belongs to an activity that is not in the queue");
  }
}

void RowCheck::check_meta() {
  owner_.reset();
  const bool is_number = key_ == meta_keys::openings || key_ == meta_keys::next_instance;
  if (is_number && value_.size() != 8) {
    found("its number has " + std::to_string(value_.size()) + " bytes instead of 8");
  } else if (key_ == meta_keys::next_instance) {
    const auto last = view_.cursor(Table::instances);
    if (last->last() && number_at(last->key(), 0) >= number_at(value_, 0)) {
      found("the next instance is to be number " + std::to_string(number_at(value_, 0)) +
            ", but there is one of number " + std::to_string(number_at(last->key(), 0)));
    }
  }
}

void RowCheck::check_id() {
  owner_.reset();
  if (value_.size() != 8) {
    found("its number has " + std::to_string(value_.size()) + " bytes instead of 8");
    return;
  }
  const auto* record = owner(number_at(value_, 0));
  if (record != nullptr && record->id != key_) {
    found("the id leads to another instance, `" + record->id + "`");
  }
}

void RowCheck::check_result() {
  if (!has_size(16)) {
    return;
  }
  const auto* record = owner(number_at(key_, 0));
  if (record == nullptr) {
    return;
  }
  if (record->status == ExecutionStatus::running || number_at(key_, 8) != record->execution) {
    found("the execution has not ended with a result");
    return;
  }
  const auto status = decode_result(value_);
  if (is_readable(status) && *status != record->status) {
    found("the result is not of the kind that the status of the instance is");
  }
}

void RowCheck::check_execution() {
  if (!has_size(16)) {
    return;
  }
  const auto* record = owner(number_at(key_, 0));
  const auto execution = number_at(key_, 8);
  if (record == nullptr) {
    return;
  }
  if (execution == 0 || execution > record->execution ||
      (execution == record->execution && record->status == ExecutionStatus::running)) {
    found("the execution has a record, but has not ended");
  }
}

void RowCheck::check_history() {
  if (!has_size(24)) {
    return;
  }
  const auto* record = owner(number_at(key_, 0));
  const auto execution = number_at(key_, 8);
  if (record != nullptr && execution != record->execution &&
      !view_.get(Table::executions, key_.substr(0, 16))) {
    found("it belongs to execution " + std::to_string(execution) + ", which there is not");
  }
}

void RowCheck::check_attempts() {
  if (key_.size() == 24) {
    require_work(*WorkKey::parse(key_));
  } else if (has_size(8)) {
    (void)owner(number_at(key_, 0));
  }
  if (value_.size() != 8) {
    found("its number has " + std::to_string(value_.size()) + " bytes instead of 8");
  }
}

void RowCheck::check_event_key() {
  constexpr std::size_t kind_at = sizeof(Number);
  const char kind = key_.size() > kind_at ? key_[kind_at] : '\0';
  const bool is_number = kind == 'k' || kind == 'n';
  if (kind != 's' && !is_number) {
    owner_.reset();
    found("the key is neither that of a message nor of its place nor of the count of them");
    return;
  }
  const Number number = number_at(key_, 0);
  (void)owner(number);
  if (is_number && value_.size() != sizeof(std::uint64_t)) {
    found("its number has " + std::to_string(value_.size()) + " bytes instead of 8");
  } else if (kind == 's' &&
             !view_.get(Table::event_keys, event_key_row(number, std::string(value_)))) {
    found("it names a key of a message that is not there");
  }
}

void RowCheck::check_value() {
  if (key_.size() <= sizeof(Number)) {
    owner_.reset();
    found("the key has no name of a value");
    return;
  }
  (void)owner(number_at(key_, 0));
  std::string name(key_.substr(sizeof(Number)));
  if (auto good = model::check_key(name); !good) {
    found(std::move(good).error().what);
    return;
  }
  (void)is_readable(decode_value(std::move(name), value_));
}

void RowCheck::check_custom_status() {
  if (has_size(8)) {
    (void)owner(number_at(key_, 0));
    (void)is_readable(decode_custom_status(value_));
  }
}

void RowCheck::check_progress() {
  if (has_size(24)) {
    require_work(*WorkKey::parse(key_));
    (void)is_readable(decode_progress(value_));
  }
}

void RowCheck::check_quarantine() {
  if (key_.size() == 24) {
    require_work(*WorkKey::parse(key_));
  } else if (!has_size(8)) {
    return;
  } else if (const auto* record = owner(number_at(key_, 0));
             record != nullptr && record->status != ExecutionStatus::running) {
    found("the instance is in quarantine, but has ended");
  }
  (void)is_readable(decode_quarantine(value_));
}

void RowCheck::check_paused() {
  owner_.reset();
  if (value_.size() != 8) {
    found("its time has " + std::to_string(value_.size()) + " bytes instead of 8");
  }
  const char kind = key_.front();
  if (kind == 'i') {
    const auto number = view_.get(Table::ids, key_.substr(1));
    if (!number) {
      found("the instance `" + std::string(key_.substr(1)) + "` is paused, but there is none");
    } else if (const auto* record = owner(number_at(*number, 0));
               record != nullptr && record->status != ExecutionStatus::running) {
      found("the instance is paused, but has ended");
    }
  } else if (kind != 'o' && (kind != 's' || key_.size() != 1)) {
    found("what is paused is neither an instance nor an orchestration nor the store");
  }
}

void RowCheck::check_index() {
  if (key_.size() < sizeof(Number)) {
    owner_.reset();
    found("the key is too short for an index");
    return;
  }
  const Number number = number_at(key_, key_.size() - sizeof(Number));
  const auto* record = owner(number);
  if (record == nullptr) {
    return;
  }
  const auto keys = index_keys(table_, number, *record);
  if (std::find(keys.begin(), keys.end(), key_) == keys.end()) {
    found("the instance does not belong here in this index");
  } else if (table_ == Table::by_status || table_ == Table::by_name) {
    check_counted(table_ == Table::by_status
                      ? status_counter(record->status, block_of(number))
                      : name_counter(record->orchestration, record->status, block_of(number)));
  }
}

void RowCheck::check_counted(std::string_view counter) {
  if (counted_ == counter) {
    return;
  }
  counted_ = counter;
  if (!view_.get(Table::counters, counter)) {
    findings_.add(Table::counters, counter, {}, "there are instances to count, but no counter");
  }
}

}  // namespace duroxide::storage
