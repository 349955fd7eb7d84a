#pragma once

// A store has stopped: nobody who has asked gets anything any more.

#include <duroxide/errors.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// Answers all that is parked. `closed`: why.
void refuse_parked(Transaction& transaction, ProviderError closed);

}  // namespace duroxide::storage
