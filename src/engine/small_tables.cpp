#include "engine/small_tables.hpp"

namespace duroxide::storage {

void load_quarantine(Transaction& transaction) {
  if (!transaction.quarantine().worth_a_look()) {
    return;
  }
  try {
    transaction.quarantine().load(transaction.committed());
  } catch (const StorageFailure& failed) {
    transaction.log_unreadable(failed);
  }
}

void settle_pauses(Transaction& transaction) {
  if (!transaction.paused().worth_a_look()) {
    return;
  }
  try {
    for (const Number number : transaction.paused().batch_ended(transaction.committed())) {
      transaction.turns().push(number);
    }
  } catch (const StorageFailure& failed) {
    transaction.log_unreadable(failed);
  }
}

}  // namespace duroxide::storage
