#pragma once

// A failed instance is taken up again where it was before it failed.

#include <duroxide/management_actions.hpp>
#include <duroxide/result.hpp>

#include "engine/children.hpp"
#include "engine/transaction.hpp"
#include "model/flaw.hpp"

namespace duroxide::storage {

/// The flaw says why it cannot be.
[[nodiscard]] Result<RestoredInstance, model::Flaw> rewind_one(Transaction& transaction,
                                                               Number number,
                                                               const RewindOptions& options,
                                                               Children& children);

/// Those that `children` names, and those that are found on the way. Then all of them ask what they ask the
/// store.
void rewind_children(Transaction& transaction, Children& children);

}  // namespace duroxide::storage
