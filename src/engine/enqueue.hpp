#pragma once

// What clients send: starts, and messages to instances.

#include <duroxide/provider_messages.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// A start, or a message to an instance that runs.
void enqueue_item(Transaction& transaction, const provider::EnqueueOrchestratorWork& request);

/// Whether the instance was started, or is there already and may be taken.
[[nodiscard]] provider::StartedOrFound start_or_find(Transaction& transaction,
                                                     const provider::StartOrFind& request);

}  // namespace duroxide::storage
