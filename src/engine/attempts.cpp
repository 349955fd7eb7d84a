#include "engine/attempts.hpp"

namespace duroxide::storage {

std::uint32_t stored_attempts(Transaction& transaction, std::string_view key) {
  const auto bytes = transaction.batch().get(Table::attempts, key);
  return bytes ? static_cast<std::uint32_t>(stored_number(*bytes)) : 0;
}

void store_attempts(Transaction& transaction, const std::string& key, std::uint32_t count) {
  if (count == 0) {
    transaction.batch().erase(Table::attempts, key);
  } else {
    transaction.batch().put(Table::attempts, key, make_key(std::uint64_t{count}));
  }
}

void take_back_attempt(Transaction& transaction, const std::string& key) {
  // There is none if the instance was released from quarantine meanwhile.
  if (const auto count = stored_attempts(transaction, key); count > 0) {
    store_attempts(transaction, key, count - 1);
  }
}

}  // namespace duroxide::storage
