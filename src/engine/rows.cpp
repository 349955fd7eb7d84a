#include "engine/rows.hpp"

namespace duroxide::storage {

std::vector<std::string> keys_of(Batch& batch, Table table, std::string_view prefix) {
  std::vector<std::string> keys;
  batch.scan(table, prefix, [&](std::string_view key, model::BytesView) {
    keys.emplace_back(key);
    return true;
  });
  return keys;
}

std::uint64_t erase_all(Batch& batch, Table table, std::string_view prefix) {
  const auto keys = keys_of(batch, table, prefix);
  for (const std::string& key : keys) {
    batch.erase(table, key);
  }
  return keys.size();
}

}  // namespace duroxide::storage
