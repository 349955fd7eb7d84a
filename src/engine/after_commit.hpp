#pragma once

// What happens after a commit, and in which order, before anything is handed out and anybody who only
// wants to know that it is done is answered.

#include "engine/batch_outcome.hpp"
#include "engine/transaction.hpp"

namespace duroxide::storage {

/// `outcome`: of the batch that is on the disk. The next one is open.
void after_commit(Transaction& transaction, const BatchOutcome& outcome);

}  // namespace duroxide::storage
