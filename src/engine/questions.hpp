#pragma once

// What an instance asks the store itself.

#include <duroxide/work_items.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// Answers what asks the store itself, or notes who waits for the answer; gives whether the message does.
bool answer_from_store(Transaction& transaction, const WorkItem& item);

}  // namespace duroxide::storage
