#pragma once

// The requests that drop old executions.

#include <duroxide/management_messages.hpp>

#include "engine/transaction.hpp"
#include "storage/common.hpp"

namespace duroxide::storage {

class Engine;

/// Of several instances, as many as one transaction may take.
[[nodiscard]] management::PrunedInstances prune_instances(
    Transaction& transaction, const management::PruneInstances& request);

/// Of one instance, in as many transactions as it takes. `engine` outlives the answer.
void prune_executions(Engine& engine, const management::PruneExecutions& request,
                      Reply<management::PruneExecutions::Response> reply);

}  // namespace duroxide::storage
