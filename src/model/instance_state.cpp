#include "model/instance_state.hpp"

#include <utility>

namespace duroxide::model {

void InstanceState::begin(const CarriedState& carried) {
  custom_status_ = carried.custom_status;
  custom_status_version_ = carried.custom_status_version;
  value_changes_ = carried.value_changes;
  for (const StoredValue& stored : carried.values) {
    values_.insert_or_assign(stored.key, stored);
  }
}

void InstanceState::carry_on(CarriedState& carried) const {
  carried.custom_status = custom_status_;
  carried.custom_status_version = custom_status_version_;
  carried.value_changes = value_changes_;
  for (const auto& [key, stored] : values_) {
    carried.values.push_back(stored);
  }
}

void InstanceState::set_value(const std::string& key, Payload value, Timestamp at, bool is_new) {
  StoredValue stored{key, std::move(value), at, ++value_changes_};
  if (is_new) {
    new_values_.insert_or_assign(key, stored);
  }
  values_.insert_or_assign(key, std::move(stored));
}

void InstanceState::clear_value(std::string_view key, bool is_new) {
  const auto found = values_.find(key);
  if (found != values_.end()) {
    if (is_new) {
      new_values_.insert_or_assign(found->first, std::nullopt);
    }
    values_.erase(found);
    ++value_changes_;
  }
}

void InstanceState::clear_values(bool is_new) {
  while (!values_.empty()) {
    clear_value(std::string(values_.begin()->first), is_new);
  }
}

void InstanceState::set_custom_status(std::optional<std::string> status, bool is_new) {
  custom_status_ = std::move(status);
  ++custom_status_version_;
  status_is_new_ = status_is_new_ || is_new;
}

std::map<std::string, std::optional<StoredValue>> InstanceState::take_new_values() {
  return std::exchange(new_values_, {});
}

bool InstanceState::take_status_is_new() {
  return std::exchange(status_is_new_, false);
}

}  // namespace duroxide::model
