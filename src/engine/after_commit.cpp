#include "engine/after_commit.hpp"

#include "engine/care.hpp"
#include "engine/small_tables.hpp"
#include "engine/updates.hpp"
#include "engine/waiting.hpp"

namespace duroxide::storage {

namespace {

void tell_who_waits(Transaction& transaction, const BatchOutcome& outcome) {
  for (const auto& [number, update] : outcome.updates) {
    answer_update(transaction, number, update);  // before its instance has ended
  }
  answer_waits_for_start(transaction, outcome);
  for (const Number number : outcome.finished) {
    transaction.reasons().clear_all(number);
    answer_waits(transaction, number, true);
  }
  transaction.cancelled().batch_committed();
  for (const Number number : outcome.deleted) {
    transaction.reasons().clear_all(number);
  }
  answer_waits_for_nobody(transaction, outcome.deleted);
  for (const Number number : outcome.changed) {
    answer_waits(transaction, number, false);
  }
  transaction.feed().batch_committed();
}

/// Rows that had to be on the disk first.
void queue_work(Transaction& transaction, const BatchOutcome& outcome) {
  const auto& first = outcome.work_after_commit;
  for (auto work = first.rbegin(); work != first.rend(); ++work) {
    transaction.work().push_front(*work);
  }
  for (const WorkRef& work : outcome.new_work) {
    transaction.work().push(work);
  }
  for (const auto& [work, opening] : outcome.released_work) {
    if (!transaction.work().will_be_found(work.key, opening)) {
      transaction.work().push(work);
    }
  }
  transaction.work().batch_ended();
}

}  // namespace

void after_commit(Transaction& transaction, const BatchOutcome& outcome) {
  if (outcome.numbers_reserved) {
    transaction.numbers().reserved(*outcome.numbers_reserved);
  }
  transaction.timers().changed = transaction.timers().changed || outcome.timers_touched;
  for (const auto token : outcome.moved_timers) {
    transaction.timers().end_lease(token);
  }
  if (outcome.quarantine_touched) {
    transaction.quarantine().touched();
  }
  load_quarantine(transaction);
  settle_pauses(transaction);
  tell_who_waits(transaction, outcome);
  queue_work(transaction, outcome);
  transaction.turns().batch_ended();
  if (!transaction.suspects().empty()) {
    transaction.suspects().batch_committed(transaction.now());
  }
  release_suspects(transaction);
}

}  // namespace duroxide::storage
