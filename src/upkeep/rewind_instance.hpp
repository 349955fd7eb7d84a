#pragma once

#include <duroxide/management_messages.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// And its children that have failed.
[[nodiscard]] RestoredInstance rewind_instance(Transaction& transaction,
                                               const management::RewindInstance& request);

}  // namespace duroxide::storage
