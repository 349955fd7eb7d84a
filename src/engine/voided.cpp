#include "engine/voided.hpp"

#include "engine/hold_back.hpp"

namespace duroxide::storage {

void void_turn(Transaction& transaction, provider::LockToken token) {
  const TurnLease* lease = transaction.turns().find(token);
  if (lease == nullptr) {
    return;
  }
  const Number number = lease->number;
  if (lease->counted) {
    transaction.counted().turns.insert(number);
  }
  if (lease->ahead) {
    transaction.timing().turn_ahead_ended();
  }
  if (transaction.suspects().contains(number)) {
    transaction.suspects().wait_anew();  // it is not what keeps the others waiting
  }
  transaction.turns().end_lease(token);
  transaction.turns().clear_resident(number);
  transaction.turns().hold_back(number);
  hold_back(transaction, transaction.rest().pause_of_void(make_key(number), transaction.now()),
            number);
}

void void_work(Transaction& transaction, provider::LockToken token) {
  if (const WorkLease* held = transaction.work().find(token)) {
    const WorkLease lease = *held;
    transaction.work().counts_to_write[lease.work.key] = lease.attempt - 1;
    transaction.work().end_lease(token);
    transaction.work_suspects().ended(lease.work.key);
    hold_back(transaction,
              transaction.rest().pause_of_void(lease.work.key.bytes(), transaction.now()),
              lease.work);
  }
}

void void_timer(Transaction& transaction, provider::LockToken token) {
  if (const TimerRow* row = transaction.timers().find(token)) {
    hold_back(transaction, transaction.rest().pause_of_void(row->bytes(), transaction.now()),
              TimerQueue::VoidTimer{token});
  }
}

}  // namespace duroxide::storage
