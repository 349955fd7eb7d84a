#pragma once

// Deliveries of activities are counted with commits that are made anyhow.

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// Those of what was handed out from memory.
void write_counts(Transaction& transaction);

/// Those of what will be handed out right after the commit.
void count_first_deliveries(Transaction& transaction);

}  // namespace duroxide::storage
