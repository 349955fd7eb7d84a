#pragma once

// Rows that cannot be read are moved out of the way, and kept for whoever looks into it.

#include <string>
#include <string_view>

#include "engine/transaction.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

/// `why`: what is wrong with the row.
void set_aside(Transaction& transaction, Table table, std::string_view key, const std::string& why);

/// Those of an instance.
void erase_set_aside(Transaction& transaction, Number number);

}  // namespace duroxide::storage
