#pragma once

// What concerns single activities besides their end by a worker: heartbeats, completion from outside.

#include <duroxide/provider_messages.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// Keeps the details for whoever runs the activity after this one.
void heartbeat(Transaction& transaction, const provider::Heartbeat& request);

/// From outside, by whoever knows the activity; who runs it is not asked.
void complete_activity(Transaction& transaction, const provider::CompleteActivity& request);

/// Answered when activities that the holder works on are cancelled. An older request of it is answered
/// with nothing.
void await_cancelled_work(Transaction& transaction, Holder holder,
                          const provider::AwaitCancelledWork& request,
                          CancelledWork::TokensReply reply);

}  // namespace duroxide::storage
