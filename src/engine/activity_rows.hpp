#pragma once

// Rows of the worker queue, and what belongs to them.

#include <optional>
#include <string>

#include <duroxide/work_items.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// To be handed out once the open batch is committed.
void add_activity(Transaction& transaction, Number number, work::ActivityExecute item,
                  std::uint64_t incarnation);

/// Takes an activity out for good. `cancelled`: whoever holds it is told.
void remove_work(Transaction& transaction, const WorkKey& key, bool cancelled);

/// Of its last heartbeat.
[[nodiscard]] std::optional<std::string> read_progress(Transaction& transaction,
                                                       const WorkKey& key);

}  // namespace duroxide::storage
