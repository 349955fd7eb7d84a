#pragma once

// The end of a turn: everything it decided, in one batch.

#include <duroxide/provider_messages.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// Throws if it is not that of the turn that was handed out.
void ack_turn(Transaction& transaction, const provider::AckOrchestrationItem& request);

}  // namespace duroxide::storage
