// Pausing and resuming: what an operator wants left alone for a while.

#include <utility>

#include "engine/engine.hpp"
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

void Engine::pause(const management::Pause& request, ReplyTo<management::Pause> reply) {
  apply(request.pause ? "pause" : "resume", std::move(reply), [&] {
    check_scope(request.scope);
    if (request.scope.kind == PauseScope::Kind::instance) {
      const std::string& id = request.scope.name;
      const auto found = require_instance(id);
      if (request.pause && found.record.status != ExecutionStatus::running) {
        throw StorageFailure(ProviderError::Kind::instance_finished,
                             "the instance `" + id + "` has ended");
      }
    }
    std::string key = pause_key(request.scope);
    if (!request.pause) {
      end_pause(request.scope);
    } else if (!batch_.contains(Table::paused, key)) {
      batch_.put(Table::paused, key, make_key(sortable(clock_->now())));
      after_applied([this, key = std::move(key)] { paused_.add(key); });
    }
  });
}

void Engine::end_pause(const PauseScope& scope) {
  if (!paused_.any()) {
    return;
  }
  std::string key = pause_key(scope);
  if (paused_.contains(key)) {
    batch_.erase(Table::paused, key);
    after_applied([this, key = std::move(key)] { paused_.remove(key); });
  }
}

bool Engine::is_paused(Number number) {
  if (!paused_.any()) {
    return false;
  }
  const auto record = instances_.load(number);
  return record && record->status == ExecutionStatus::running &&
         paused_.passes_over(number, *record);
}

void Engine::settle_pauses() {
  if (!paused_.worth_a_look()) {
    return;
  }
  try {
    for (const Number number : paused_.batch_ended(batch_.committed())) {
      turns_.push(number);
    }
  } catch (const StorageFailure& failed) {
    log_unreadable(failed);
  }
}

}  // namespace duroxide::storage
