#pragma once

// A new instance with a copy of what another has come to.

#include <duroxide/management_messages.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// It goes on where the other was, which does not learn of it.
[[nodiscard]] RestoredInstance fork_instance(Transaction& transaction,
                                             const management::ForkInstance& request);

}  // namespace duroxide::storage
