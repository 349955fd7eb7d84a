#include "engine/pause.hpp"

#include <utility>

#include "model/limits.hpp"

namespace duroxide::storage {

namespace {

void check_scope(const PauseScope& scope) {
  switch (scope.kind) {
    case PauseScope::Kind::instance:
      require(model::check_instance_id(scope.name));
      return;
    case PauseScope::Kind::orchestration:
      require(model::check_name("orchestration name", scope.name));
      return;
    case PauseScope::Kind::store:
      if (!scope.name.empty()) {
        throw_invalid("the scope `store` has no name, but got `" + scope.name + "`");
      }
      return;
  }
  throw_invalid("there is no such scope: " + std::to_string(static_cast<int>(scope.kind)));
}

}  // namespace

void pause(Transaction& transaction, const management::Pause& request) {
  check_scope(request.scope);
  if (request.scope.kind == PauseScope::Kind::instance) {
    const std::string& id = request.scope.name;
    const auto found = transaction.require_instance(id);
    if (request.pause && found.record.status != ExecutionStatus::running) {
      throw StorageFailure(ProviderError::Kind::instance_finished,
                           "the instance `" + id + "` has ended");
    }
  }
  std::string key = pause_key(request.scope);
  if (!request.pause) {
    end_pause(transaction, request.scope);
  } else if (!transaction.batch().contains(Table::paused, key)) {
    transaction.batch().put(Table::paused, key, make_key(sortable(transaction.now())));
    transaction.after_applied(
        [&paused = transaction.paused(), key = std::move(key)] { paused.add(key); });
  }
}

void end_pause(Transaction& transaction, const PauseScope& scope) {
  Paused& paused = transaction.paused();
  if (!paused.any()) {
    return;
  }
  std::string key = pause_key(scope);
  if (paused.contains(key)) {
    transaction.batch().erase(Table::paused, key);
    transaction.after_applied([&paused, key = std::move(key)] { paused.remove(key); });
  }
}

}  // namespace duroxide::storage
