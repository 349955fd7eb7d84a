#pragma once

// The end of an activity, and one that is given back.

#include <duroxide/provider_messages.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// Its result becomes a message to its instance.
void ack_work(Transaction& transaction, const provider::AckWorker& request);

/// To be handed out again, later if it says so, or never.
void abandon_work(Transaction& transaction, const provider::AbandonWorker& request);

}  // namespace duroxide::storage
