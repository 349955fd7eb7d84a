#include "queries/wanted.hpp"

#include <algorithm>

#include "engine/counters.hpp"
#include "engine/instances.hpp"
#include "engine/paused.hpp"

namespace duroxide::storage {

namespace {

struct PausedScopes {
  bool store = false;
  std::set<std::string> orchestrations;
  std::vector<std::string> instances;
};

PausedScopes load_scopes(const ReadView& view) {
  PausedScopes scopes;
  for (PausedItem& item : load_paused(view)) {
    switch (item.scope.kind) {
      case PauseScope::Kind::store:
        scopes.store = true;
        break;
      case PauseScope::Kind::orchestration:
        scopes.orchestrations.insert(std::move(item.scope.name));
        break;
      case PauseScope::Kind::instance:
        scopes.instances.push_back(std::move(item.scope.name));
        break;
    }
  }
  return scopes;
}

/// Those that are paused by themselves alone; of one orchestration, if it is named.
std::vector<Number> paused_alone(const ReadView& view, const PausedScopes& scopes,
                                 const std::optional<std::string>& orchestration) {
  std::vector<Number> numbers;
  for (const std::string& id : scopes.instances) {
    const auto number = find_number(view, id);
    const auto bytes = number ? view.get(Table::instances, make_key(*number)) : std::nullopt;
    const auto record = bytes ? decode_instance(*bytes) : model::flaw("there is no row");
    if (record && record->status == ExecutionStatus::running &&
        !scopes.orchestrations.contains(record->orchestration) &&
        (!orchestration || record->orchestration == *orchestration)) {
      numbers.push_back(*number);
    }
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

void add_paused(const ReadView& view, const InstanceFilter& filter, Wanted& wanted) {
  const PausedScopes scopes = load_scopes(view);
  const auto& name = filter.orchestration_name;
  if (scopes.store || (name && scopes.orchestrations.contains(*name))) {
    wanted.statuses.insert(ExecutionStatus::running);
    return;
  }
  if (!name) {
    wanted.paused_orchestrations.assign(scopes.orchestrations.begin(), scopes.orchestrations.end());
  }
  wanted.paused_instances = paused_alone(view, scopes, name);
}

}  // namespace

Wanted wanted_by(const ReadView& view, const InstanceFilter& filter) {
  Wanted wanted;
  if (!filter.status) {
    wanted.statuses = {ExecutionStatus::running, ExecutionStatus::completed,
                       ExecutionStatus::failed, ExecutionStatus::cancelled};
    return wanted;
  }
  bool paused = false;
  for (const StatusFilter& each : *filter.status) {
    if (each.is_paused()) {
      paused = true;
    } else if (each.status()) {
      wanted.statuses.insert(*each.status());
    }
  }
  if (paused && !wanted.statuses.contains(ExecutionStatus::running)) {
    add_paused(view, filter, wanted);
  }
  return wanted;
}

std::uint64_t count_paused(const ReadView& view, std::uint64_t running) {
  const PausedScopes scopes = load_scopes(view);
  if (scopes.store) {
    return running;
  }
  std::uint64_t paused = paused_alone(view, scopes, std::nullopt).size();
  for (const std::string& name : scopes.orchestrations) {
    paused += total_of(view, name_counter_prefix(name, ExecutionStatus::running));
  }
  return paused;
}

}  // namespace duroxide::storage
