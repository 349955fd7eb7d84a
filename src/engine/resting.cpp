#include "engine/resting.hpp"

namespace duroxide::storage {

void begin_rest(Transaction& transaction, const std::string& why) {
  if (transaction.is_resting()) {
    return;
  }
  if (transaction.rest().is_first()) {
    transaction.log(LogLevel::warn, "nothing is handed out until what it needs can be had: " + why +
                                        ". What is running goes on then");
  }
  // Of one reading of the clock, so that the rest is over when its end is told. Without that it would not
  // end, so this comes first: there may be no memory.
  const Timestamp until = transaction.rest().end_of_next(transaction.now());
  transaction.timers().hold_back(until, TimerQueue::Pause{});
  transaction.rest().begin(until);
}

void broken_off(Transaction& transaction, const std::exception& failed) {
  const auto* known = dynamic_cast<const StorageFailure*>(&failed);
  if (known == nullptr || known->error().retryable) {
    begin_rest(transaction, failed.what());
  } else {
    transaction.log_unreadable(*known);
  }
}

}  // namespace duroxide::storage
