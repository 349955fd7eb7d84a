#pragma once

// Ending instances from outside, without a turn of theirs.

#include <duroxide/management_messages.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// The children of its current execution end with it.
void terminate_instance(Transaction& transaction, const management::TerminateInstance& request);

}  // namespace duroxide::storage
