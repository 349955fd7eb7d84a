#include "engine/care.hpp"

#include <chrono>

#include "engine/hold_back.hpp"

namespace duroxide::storage {

void load_suspects(Transaction& transaction) {
  if (!transaction.opening().after_crash) {
    return;
  }
  transaction.care().until =
      saturating_add(transaction.now(), transaction.options().careful_after_crash);
  try {
    transaction.suspects().load(transaction.committed());
  } catch (const StorageFailure& failed) {
    transaction.suspects().give_up();
    transaction.log_unreadable(failed);
  }
}

bool offer_suspect_work(Transaction& transaction) {
  if (transaction.work_suspects().empty()) {
    return false;
  }
  const auto work = transaction.work_suspects().take_next(transaction.now());
  if (!work) {
    return false;
  }
  transaction.work().push_front(*work);
  hold_back(transaction, WorkSuspects::longest_wait, TimerQueue::Pause{});  // for the one behind it
  return true;
}

void release_suspects(Transaction& transaction) {
  for (const Number number : transaction.suspects().take_released()) {
    transaction.turns().push(number);
  }
}

void watch_suspects(Transaction& transaction) {
  (void)offer_suspect_work(transaction);
  if (transaction.suspects().empty()) {
    return;
  }
  const Timestamp now = transaction.now();
  if (transaction.is_resting() || transaction.paused().store()) {
    transaction.suspects().wait_anew();
    return;
  }
  if (!transaction.turns().parked.empty() || !transaction.work().parked.empty()) {
    transaction.suspects().begin_to_wait(now);
  }
  const auto until = transaction.suspects().waits_until();
  if (!until) {
    return;
  }
  if (now >= *until) {
    transaction.suspects().give_up();
    release_suspects(transaction);
  } else if (!transaction.care().alarm || *transaction.care().alarm <= now) {
    transaction.care().alarm = until;
    hold_back(transaction, std::chrono::duration_cast<Milliseconds>(*until - now),
              TimerQueue::Pause{});
  }
}

bool count_before_delivery(Transaction& transaction, const InstanceRecord& record, Number number,
                           const TurnMessages& messages) {
  // After a crash, what was in the store may be what caused it. So that a message which kills the
  // process at once is counted all the same, its delivery is on the disk before it is made.
  if (!transaction.opening().after_crash || transaction.counted().turns.contains(number)) {
    return false;
  }
  // What kills the process may also come anew each time, from a timer, an activity that runs again,
  // or whoever starts the instance again; a turn that runs ahead of the disk would leave no trace of
  // it. So neither the first turn of an instance from before runs ahead, nor, for a while, that of a
  // new one.
  const bool is_new = record.execution == 1 && record.event_count == 0;
  if (transaction.turns().is_to_be_taken_up(number) ||
      (is_new && transaction.now() < transaction.care().until)) {
    return true;
  }
  for (const auto sequence : messages.sequences) {
    const bool old = sequence == 0 ? record.start_opening < transaction.opening().id
                                   : sequence < transaction.opening().sequence_base();
    if (old) {
      return true;
    }
  }
  return false;
}

}  // namespace duroxide::storage
