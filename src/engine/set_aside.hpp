#pragma once

// Rows that cannot be read are moved out of the way, and kept for whoever looks into it.

#include <string>
#include <string_view>

#include "engine/transaction.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

/// The codec of the store cannot decode a row now: a key is missing, say, or there was no memory. It is
/// not damaged, and whoever moves it makes sure that it never can be decoded, as a codec may take in where
/// a record stands.
class Undecodable final : public StorageFailure {
 public:
  Undecodable(Table table, std::string_view key, const std::string& why);
};

/// `why`: what is wrong with the row. Throws `Undecodable`, and has changed nothing, if that is all.
void set_aside(Transaction& transaction, Table table, std::string_view key, const std::string& why);

/// Those of an instance.
void erase_set_aside(Transaction& transaction, Number number);

}  // namespace duroxide::storage
