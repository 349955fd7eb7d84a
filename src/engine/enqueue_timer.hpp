#pragma once

#include <duroxide/provider_messages.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// A timer that no history tells of.
void enqueue_timer(Transaction& transaction, const provider::EnqueueTimerWork& request);

}  // namespace duroxide::storage
