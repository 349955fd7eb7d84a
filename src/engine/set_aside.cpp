#include "engine/set_aside.hpp"

#include <utility>
#include <vector>

#include "model/ids.hpp"
#include "storage/coded/frame.hpp"

namespace duroxide::storage {

Undecodable::Undecodable(Table table, std::string_view key, const std::string& why)
    : StorageFailure(ProviderError::Kind::corrupt,
                     "a row of table " + std::string(to_string(table)) + ", key " + hex(key) +
                         ", cannot be decoded now; it stays where it is, and is tried again when "
                         "the store is opened with a codec that can: " +
                         why) {}

void set_aside(Transaction& transaction, Table table, std::string_view key,
               const std::string& why) {
  const auto bytes = transaction.batch().get(table, key);
  if (bytes) {
    if (encoded_of_undecodable(*bytes)) {
      throw Undecodable(table, key, why);
    }
    std::string aside(1, static_cast<char>(table));
    aside.append(key);
    transaction.batch().put(Table::set_aside, std::move(aside), std::string(*bytes));
    transaction.batch().erase(table, key);
  }
  transaction.after_applied(
      [&transaction, told = "a row of table " + std::string(to_string(table)) + ", key " +
                            hex(key) + ", cannot be read and was set aside: " + why] {
        transaction.log(LogLevel::error, told);
      });
}

void erase_set_aside(Transaction& transaction, Number number) {
  std::vector<std::string> keys;
  transaction.batch().scan(Table::set_aside, {}, [&](std::string_view key, model::BytesView) {
    // The number is where it is in the table that the row comes from.
    const std::size_t at = key.front() == static_cast<char>(Table::timers) ? 9 : 1;
    if (key.size() >= at + 8 && number_at(key, at) == number) {
      keys.emplace_back(key);
    }
    return true;
  });
  for (const std::string& key : keys) {
    transaction.batch().erase(Table::set_aside, key);
  }
}

}  // namespace duroxide::storage
