#include "engine/abandon_turn.hpp"

#include "engine/attempts.hpp"
#include "engine/hold_back.hpp"
#include "engine/quarantine_rows.hpp"
#include "engine/turn_end.hpp"
#include "engine/unregistered.hpp"

namespace duroxide::storage {

void abandon_turn(Transaction& transaction, const provider::AbandonOrchestrationItem& request) {
  const TurnLease* lease = transaction.turns().find(request.lock_token);
  if (lease == nullptr) {
    throw StorageFailure(ProviderError::Kind::invalid_lock_token, "the lease is over");
  }
  const Number number = lease->number;
  const auto key = make_key(number);
  if (request.ignore_attempt && lease->counted) {
    take_back_attempt(transaction, key);
  } else if (!request.ignore_attempt && !lease->counted && !lease->sequences.empty()) {
    store_attempts(transaction, key, stored_attempts(transaction, key) + 1);
  }
  if (request.quarantine) {
    put_in_quarantine(transaction, key, *request.quarantine, {});
  }
  const auto code =
      request.unregistered && !request.quarantine ? code_of(transaction, number) : std::nullopt;
  transaction.after_applied([&transaction, &request, number, holder = lease->holder, code] {
    end_turn(transaction, request.lock_token);
    if (code) {
      give_back_unregistered(transaction, number, holder, *code, request);
      return;
    }
    if (request.waiting_for) {
      transaction.reasons().set({number, 0, 0}, *request.waiting_for, transaction.now());
    }
    if (request.quarantine) {
      transaction.quarantine().add(number);
      transaction.outcome().touched.insert(number);
      transaction.turns().clear_resident(number);
      transaction.turns().push(number);  // for a cancellation that waits already
    } else if (request.delay > Milliseconds::zero()) {
      transaction.turns().hold_back(number);
      hold_back(transaction, request.delay, number);
    } else {
      transaction.turns().push(number);
    }
  });
}

}  // namespace duroxide::storage
