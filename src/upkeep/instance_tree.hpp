#pragma once

// An instance and its descendants.

#include <cstdint>
#include <map>

#include "engine/transaction.hpp"

namespace duroxide::storage {

enum class TreeSearch : std::uint8_t { whole, has_running, is_large };

/// Adds the instance and all below it to `tree`, by number. Stops at one that runs, unless these are
/// wanted too, and when there are more than `EngineOptions::most_in_tree`. Throws `StorageFailure` for an
/// index that names a child that is not there.
[[nodiscard]] TreeSearch find_tree(Transaction& transaction, Number root, InstanceRecord record,
                                   bool with_running, std::map<Number, InstanceRecord>& tree);

}  // namespace duroxide::storage
