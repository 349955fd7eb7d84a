#pragma once

// A new instance with the history of another store.

#include <duroxide/management_messages.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// Refused if the export makes no sense, or its id is taken.
[[nodiscard]] RestoredInstance import_instance(Transaction& transaction,
                                               const management::ImportInstance& request);

}  // namespace duroxide::storage
