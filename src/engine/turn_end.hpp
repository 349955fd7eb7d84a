#pragma once

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// Ends the lease of a turn that is over.
void end_turn(Transaction& transaction, provider::LockToken token);

}  // namespace duroxide::storage
