#pragma once

// Starts of instances.

#include <optional>

#include <duroxide/work_items.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// What anybody may start.
void check_start(const work::StartOrchestration& start);

/// Its id must be free. It begins at once, or when it is due.
void create_instance(Transaction& transaction, const work::StartOrchestration& start,
                     std::optional<Timestamp> due);

/// The instance that has the id already; none if the start was accepted.
[[nodiscard]] std::optional<Number> accept_start(Transaction& transaction,
                                                 const work::StartOrchestration& start,
                                                 std::optional<Milliseconds> delay);

}  // namespace duroxide::storage
