#pragma once

// An operator takes out a message that waits.

#include <duroxide/management_messages.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// Refused for what is with the code, and for what the code cannot do without.
void drop_message(Transaction& transaction, const management::DropMessage& request);

}  // namespace duroxide::storage
