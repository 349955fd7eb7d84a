#pragma once

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// What goes with a commit unasked.
void write_bookkeeping(Transaction& transaction);

}  // namespace duroxide::storage
