#pragma once

// Several rows of a table at once, as a batch leaves them.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/batch.hpp"

namespace duroxide::storage {

/// Of the rows whose keys begin so, in order.
[[nodiscard]] std::vector<std::string> keys_of(Batch& batch, Table table, std::string_view prefix);

/// Gives how many there were.
std::uint64_t erase_all(Batch& batch, Table table, std::string_view prefix);

}  // namespace duroxide::storage
