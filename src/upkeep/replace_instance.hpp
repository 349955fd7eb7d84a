#pragma once

// A start in the place of the instance that has the id.

#include <duroxide/provider_messages.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// Terminates the instance that has the id, if there is one and it runs, deletes it with its descendants,
/// and starts the new one, all in one request. Refused for a child whose parent runs, which waits for
/// it, and for more descendants than a transaction takes.
[[nodiscard]] provider::StartedOrFound start_in_place(Transaction& transaction,
                                                      const provider::StartOrFind& request);

}  // namespace duroxide::storage
