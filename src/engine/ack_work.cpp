#include "engine/ack_work.hpp"

#include <string>
#include <utility>

#include "engine/activity_rows.hpp"
#include "engine/hold_back.hpp"
#include "engine/messages.hpp"
#include "engine/quarantine_rows.hpp"
#include "engine/start_timeout.hpp"
#include "engine/unregistered.hpp"
#include "model/limits.hpp"

namespace duroxide::storage {

namespace {

/// Whoever holds it is told no more that the activity was cancelled, if that is why the lease is over.
const WorkLease& require_lease(Transaction& transaction, provider::LockToken token) {
  const WorkLease* lease = transaction.work().find(token);
  if (lease == nullptr) {
    transaction.cancelled().forget(token);
    throw StorageFailure(ProviderError::Kind::invalid_lock_token,
                         "the lease is over, or the activity was cancelled");
  }
  return *lease;
}

}  // namespace

void ack_work(Transaction& transaction, const provider::AckWorker& request) {
  const WorkLease& lease = require_lease(transaction, request.lock_token);
  if (request.completion) {
    const auto* completed = std::get_if<work::ActivityCompleted>(&*request.completion);
    const auto* failed = std::get_if<work::ActivityFailed>(&*request.completion);
    if (completed == nullptr && failed == nullptr) {
      throw StorageFailure(ProviderError::Kind::invalid_input,
                           "an activity completes or fails, nothing else");
    }
    if (completed != nullptr) {
      require(model::check_payload("result", completed->result));
    }
    deliver_if_running(transaction, *request.completion,
                       completed != nullptr ? completed->execution_id : failed->execution_id);
  }
  remove_work(transaction, lease.work.key, false);
}

void abandon_work(Transaction& transaction, const provider::AbandonWorker& request) {
  const WorkLease& lease = require_lease(transaction, request.lock_token);
  std::string name;
  if (request.quarantine || request.unregistered) {
    const auto bytes = transaction.batch().get(Table::work, lease.work.key.bytes());
    const auto row = bytes ? decode_activity_row(*bytes) : model::flaw("there is no row");
    name = row ? row->item.name : std::string();
  }
  if (request.quarantine) {
    put_in_quarantine(transaction, lease.work.key.bytes(), *request.quarantine, name);
  }
  transaction.after_applied([&transaction, &request, lease, name = std::move(name)] {
    const WorkKey& key = lease.work.key;
    if (request.ignore_attempt) {
      transaction.work().counts_to_write[key] = lease.attempt - 1;
      first_delivery_taken_back(transaction, lease);
    }
    transaction.work().end_lease(request.lock_token);
    transaction.work_suspects().ended(key);
    if (request.unregistered && !request.quarantine && !name.empty()) {
      give_back_unregistered(transaction, lease, name, request);
      return;
    }
    if (request.waiting_for) {
      transaction.reasons().set({key.number, key.execution, key.event_id}, *request.waiting_for,
                                transaction.now());
    }
    if (request.quarantine) {
      transaction.quarantine().add(key);
    } else if (request.delay > Milliseconds::zero()) {
      hold_back(transaction, request.delay, lease.work);
    } else {
      transaction.work().push(lease.work);
    }
  });
}

}  // namespace duroxide::storage
