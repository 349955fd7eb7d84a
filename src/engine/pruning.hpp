#pragma once

// Dropping executions that have long ended.

#include <cstddef>

#include <duroxide/management_actions.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// Throws if they do not say what to drop.
void check_prune(const PruneOptions& options);

/// Drops executions before the current one, the oldest first: one, and more until the request has
/// changed so many rows. Those that cannot be read are left. Whether none else is left that is to
/// be dropped.
[[nodiscard]] bool drop_executions(Transaction& transaction, Number number,
                                   const InstanceRecord& record, const PruneOptions& options,
                                   std::size_t most_rows, PruneResult& pruned,
                                   bool tells_of_damage);

/// Some of them, as it continues as new.
void drop_executions_with_turn(Transaction& transaction, Number number,
                               const InstanceRecord& record, const PruneOptions& options);

}  // namespace duroxide::storage
