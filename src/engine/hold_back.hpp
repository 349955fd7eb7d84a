#pragma once

// What is not to be handed out for a while.

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// Until `delay` is over.
void hold_back(Transaction& transaction, Milliseconds delay, TimerQueue::HeldBack what);

}  // namespace duroxide::storage
