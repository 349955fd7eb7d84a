#pragma once

// What memory keeps of small tables is read anew when a commit has changed them.

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// What cannot be read now is tried again with the next commit.
void load_quarantine(Transaction& transaction);

/// What was passed over for a pause that is no more is looked at again.
void settle_pauses(Transaction& transaction);

}  // namespace duroxide::storage
