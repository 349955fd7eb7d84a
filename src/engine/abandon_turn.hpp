#pragma once

// A turn is given back.

#include <duroxide/provider_messages.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// With or without its delivery being counted, to be handed out again, later if it says so, or never.
void abandon_turn(Transaction& transaction, const provider::AbandonOrchestrationItem& request);

}  // namespace duroxide::storage
