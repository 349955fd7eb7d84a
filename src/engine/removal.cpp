#include "engine/removal.hpp"

#include <string>

#include "engine/activity_rows.hpp"
#include "engine/awaited_ends.hpp"
#include "engine/care.hpp"
#include "engine/pause.hpp"
#include "engine/quarantine_rows.hpp"
#include "engine/rows.hpp"
#include "engine/timer_rows.hpp"
#include "engine/turn_end.hpp"

namespace duroxide::storage {

std::uint64_t remove_waiting(Transaction& transaction, Number number,
                             const InstanceRecord& record) {
  const std::string prefix = make_key(number);
  std::uint64_t removed = erase_all(transaction.batch(), Table::inbox, prefix);
  for (const std::string& key : keys_of(transaction.batch(), Table::work, prefix)) {
    ++removed;
    if (const auto activity = WorkKey::parse(key)) {
      remove_work(transaction, *activity, true);
    } else {
      transaction.batch().erase(Table::work, key);
    }
  }
  for (const TimerRow& row : timers_of(transaction, number, record)) {
    if (transaction.batch().contains(Table::timers, row.bytes())) {
      ++removed;
    }
    erase_timer(transaction, row);
  }
  stop_awaiting(transaction, number, record);
  transaction.batch().erase(Table::attempts, prefix);
  drop_quarantined(transaction, number, true);
  end_pause(transaction, PauseScope::of_instance(record.id));
  transaction.after_applied([&transaction, number] {
    if (const auto token = transaction.turns().token_of(number)) {
      end_turn(transaction, *token);
    }
    transaction.turns().clear_resident(number);
    transaction.turns().clear_taken_up(number);
    transaction.counted().turns.erase(number);
    transaction.outcome().touched.insert(number);
    transaction.suspects().turn_ended(number, false, transaction.now());
    release_suspects(transaction);
  });
  return removed;
}

}  // namespace duroxide::storage
