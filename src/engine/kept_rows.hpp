#pragma once

// Keeping the messages of instances that fail, and giving them back.

#include <cstdint>
#include <string>
#include <vector>

#include <duroxide/work_items.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// The message in this row, if it is one that is kept. The row stays.
void keep_row(Transaction& transaction, Table table, const std::string& key, Number number,
              std::uint64_t sequence, std::uint64_t execution);

/// Behind those that are kept.
void keep_message(Transaction& transaction, Number number, const WorkItem& item);

/// Of the messages of a turn.
void keep_untaken(Transaction& transaction, const provider::AckOrchestrationItem& request,
                  const TurnLease& lease);

/// Of all that waits.
void keep_inbox(Transaction& transaction, Number number, std::uint64_t execution);

/// Of what is to come later.
void keep_delayed(Transaction& transaction, Number number, std::uint64_t execution);

/// In order. What cannot be read is set aside.
[[nodiscard]] std::vector<WorkItem> read_kept(Transaction& transaction, Number number);

}  // namespace duroxide::storage
