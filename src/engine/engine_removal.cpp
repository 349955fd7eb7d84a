// Taking out what an instance has waiting, when it is ended or deleted from outside.

#include <utility>

#include "engine/engine.hpp"
#include "engine/pause.hpp"
#include "model/kinds.hpp"
#include "model/open_steps.hpp"

namespace duroxide::storage {

std::uint64_t Engine::remove_waiting(Number number, const InstanceRecord& record) {
  const std::string prefix = make_key(number);
  std::uint64_t removed = erase_all(transaction_.batch(), Table::inbox, prefix);
  for (const std::string& key : keys_of(transaction_.batch(), Table::work, prefix)) {
    ++removed;
    if (const auto activity = WorkKey::parse(key)) {
      remove_work(transaction_, *activity, true);
    } else {
      batch_.erase(Table::work, key);
    }
  }
  for (const TimerRow& row : timers_of(transaction_, number, record)) {
    if (batch_.contains(Table::timers, row.bytes())) {
      ++removed;
    }
    erase_timer(transaction_, row);
  }
  batch_.erase(Table::attempts, prefix);
  drop_quarantined(transaction_, number, true);
  end_pause(transaction_, PauseScope::of_instance(record.id));
  transaction_.after_applied([this, number] {
    if (const auto token = turns_.token_of(number)) {
      end_turn(transaction_, *token);
    }
    turns_.clear_resident(number);
    turns_.clear_taken_up(number);
    counted_.turns.erase(number);
    outcome_.touched.insert(number);
    suspects_.turn_ended(number, false, clock_->now());
    release_suspects(transaction_);
  });
  return removed;
}

}  // namespace duroxide::storage
