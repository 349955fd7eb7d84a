#pragma once

// Pausing and resuming: what an operator wants left alone for a while.

#include <duroxide/management_messages.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

void pause(Transaction& transaction, const management::Pause& request);

/// If there is one of this scope.
void end_pause(Transaction& transaction, const PauseScope& scope);

}  // namespace duroxide::storage
