#pragma once

// How often what stands under a key was delivered, on the disk.

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// 0 if none was counted.
[[nodiscard]] std::uint32_t stored_attempts(Transaction& transaction, std::string_view key);

/// 0 takes the row out.
void store_attempts(Transaction& transaction, const std::string& key, std::uint32_t count);

/// One of them did not count.
void take_back_attempt(Transaction& transaction, const std::string& key);

}  // namespace duroxide::storage
