#pragma once

// Ends that find no room. What they end is handed out again later, and counted as if it had not been.

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// What is resident of its instance is not any more.
void void_turn(Transaction& transaction, provider::LockToken token);

/// If its lease is not over.
void void_work(Transaction& transaction, provider::LockToken token);

/// It stays leased for a while.
void void_timer(Transaction& transaction, provider::LockToken token);

}  // namespace duroxide::storage
