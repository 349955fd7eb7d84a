#pragma once

// Deleting many trees, several of them in one transaction, none of which lasts.

#include <duroxide/management_messages.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// As many as one transaction may take, the first ones.
[[nodiscard]] management::DeletedTrees delete_trees(Transaction& transaction,
                                                    const management::DeleteTrees& request);

}  // namespace duroxide::storage
