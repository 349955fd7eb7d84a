#pragma once

// Changes that subscribers hear of once the open batch is committed.

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// Nothing, if nobody wants to hear of it.
void note_change(Transaction& transaction, ChangeKind kind, const InstanceRecord& record);

/// In the way that its record tells.
void note_end(Transaction& transaction, const InstanceRecord& record);

}  // namespace duroxide::storage
