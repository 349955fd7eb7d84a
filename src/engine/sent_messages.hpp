#pragma once

// What one instance sends to another.

#include <duroxide/work_items.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// Of a turn that is acknowledged. Also starts, and questions to the store.
void deliver_from_turn(Transaction& transaction, const WorkItem& item);

}  // namespace duroxide::storage
