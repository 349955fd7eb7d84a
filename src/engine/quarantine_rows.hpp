#pragma once

// Quarantine: what was started too often without finishing.

#include <string>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// The row. What memory has of it is told once the request is applied.
void put_in_quarantine(Transaction& transaction, const std::string& key, const std::string& reason,
                       const std::string& activity_name);

/// An execution has ended: nobody waits for its activities, and nobody runs it again.
void drop_quarantined(Transaction& transaction, Number number, bool instance_ended);

}  // namespace duroxide::storage
