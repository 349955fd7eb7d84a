#include "engine/paused.hpp"

#include <utility>

#include "engine/instances.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

namespace {

using ScopeKind = PauseScope::Kind;

char letter_of(ScopeKind kind) {
  switch (kind) {
    case ScopeKind::instance:
      return 'i';
    case ScopeKind::orchestration:
      return 'o';
    case ScopeKind::store:
      break;
  }
  return 's';
}

Timestamp decode_since(std::string_view key, std::string_view bytes) {
  if (bytes.size() != 8) {
    throw_corrupt(Table::paused, key,
                  "its time has " + std::to_string(bytes.size()) + " bytes instead of 8");
  }
  return from_sortable(number_at(bytes, 0));
}

}  // namespace

std::string pause_key(const PauseScope& scope) {
  return letter_of(scope.kind) + scope.name;
}

std::vector<PausedItem> load_paused(const ReadView& view) {
  std::vector<PausedItem> items;
  const auto cursor = view.cursor(Table::paused);
  for (const ScopeKind kind : {ScopeKind::store, ScopeKind::orchestration, ScopeKind::instance}) {
    const char letter = letter_of(kind);
    for (bool more = cursor->seek(std::string_view(&letter, 1));
         more && cursor->key().front() == letter; more = cursor->next()) {
      items.push_back({{kind, std::string(cursor->key().substr(1))},
                       decode_since(cursor->key(), cursor->value())});
    }
  }
  return items;
}

void Paused::load(const ReadView& committed) {
  const auto cursor = committed.cursor(Table::paused);
  for (bool more = cursor->seek({}); more; more = cursor->next()) {
    passed_over_.try_emplace(std::string(cursor->key()));
  }
  store_ = contains(pause_key(PauseScope::of_store()));
  loaded_ = true;
}

void Paused::add(const std::string& key) {
  passed_over_.try_emplace(key);
  touched_.insert(key);
  store_ = store_ || key == pause_key(PauseScope::of_store());
}

std::vector<Number> Paused::batch_ended(const ReadView& committed) {
  if (!loaded_) {
    load(committed);
  }
  std::vector<std::string> ended;
  for (const std::string& key : touched_) {
    if (!committed.get(Table::paused, key)) {
      ended.push_back(key);
    }
  }
  touched_.clear();
  std::vector<Number> ready;
  for (const std::string& key : ended) {
    if (const auto pause = passed_over_.extract(key)) {
      ready.insert(ready.end(), pause.mapped().begin(), pause.mapped().end());
    }
  }
  store_ = contains(pause_key(PauseScope::of_store()));
  return ready;
}

bool Paused::passes_over(Number number, const InstanceRecord& record) {
  if (!any()) {
    return false;
  }
  for (const auto& scope :
       {PauseScope::of_orchestration(record.orchestration), PauseScope::of_instance(record.id)}) {
    if (const auto pause = passed_over_.find(pause_key(scope)); pause != passed_over_.end()) {
      pause->second.insert(number);
      return true;
    }
  }
  return false;
}

bool Paused::passes_over(Number number, Instances& instances) {
  if (!any()) {
    return false;
  }
  const auto record = instances.load(number);
  return record && record->status == ExecutionStatus::running && passes_over(number, *record);
}

}  // namespace duroxide::storage
