#include "engine/quarantine.hpp"

namespace duroxide::storage {

void Quarantine::load(const ReadView& committed) {
  std::unordered_set<Number> instances;
  std::set<WorkKey> activities;
  const auto cursor = committed.cursor(Table::quarantine);
  for (bool more = cursor->seek({}); more; more = cursor->next()) {
    if (const auto key = WorkKey::parse(cursor->key())) {
      activities.insert(*key);
    } else if (cursor->key().size() == 8) {
      instances.insert(number_at(cursor->key(), 0));
    }
  }
  instances_.swap(instances);
  activities_.swap(activities);
  loaded_ = true;
}

bool Quarantine::any_of(Number number) const {
  if (instances_.contains(number)) {
    return true;
  }
  const auto activity = activities_.lower_bound(WorkKey{number, 0, 0});
  return activity != activities_.end() && activity->number == number;
}

}  // namespace duroxide::storage
