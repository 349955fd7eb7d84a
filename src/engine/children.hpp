#pragma once

// Starts of children, some of which may be there already: their parent has been taken up again.

#include <vector>

#include <duroxide/work_items.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// Children of an instance that is taken up again.
struct Children {
  /// Whether those that have failed are tried again; else their failure is told.
  bool try_again = false;
  std::vector<Number> to_rewind;
  /// What they and their parents ask the store. Asked when all of them are there and run: one may wait for
  /// the end of another.
  std::vector<WorkItem> questions;
};

/// Starts it, or finds it. What stands in the way is told to its parent.
void start_child(Transaction& transaction, const work::StartOrchestration& start,
                 Children& children);

}  // namespace duroxide::storage
