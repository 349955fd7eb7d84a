#pragma once

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// Ends the lease of a turn that is over.
void end_turn(Transaction& transaction, provider::LockToken token);

/// As `end_turn`, of one that was acknowledged: if there may be more for the instance than it took, the
/// instance is queued for its next turn. So the inbox is not looked into for nothing.
void end_acknowledged_turn(Transaction& transaction, provider::LockToken token, Number number);

}  // namespace duroxide::storage
