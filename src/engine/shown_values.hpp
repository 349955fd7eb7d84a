#pragma once

// Key-value state and custom status: what an instance lets others see.

#include <duroxide/provider_messages.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// As a turn has changed them.
void change_values(Transaction& transaction, const provider::AckOrchestrationItem& request,
                   Number number);

}  // namespace duroxide::storage
