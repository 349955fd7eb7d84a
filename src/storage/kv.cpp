#include "storage/kv.hpp"

#include <unordered_set>

#include "storage/keys.hpp"

namespace duroxide::storage {

std::string_view to_string(Table table) {
  constexpr std::array<std::string_view, table_count> names{
      "meta",       "ids",    "instances",     "results",  "executions", "history",
      "inbox",      "work",   "timers",        "attempts", "by_status",  "by_name",
      "by_parent",  "values", "custom_status", "progress", "quarantine", "set_aside",
      "by_updated", "by_tag", "counters",      "paused",   "delayed",    "kept",
      "event_keys", "awaited"};
  return names.at(static_cast<std::size_t>(table));
}

void throw_corrupt(Table table, std::string_view key, const std::string& why) {
  throw StorageFailure(ProviderError::Kind::corrupt,
                       "table " + std::string(to_string(table)) + ", key " + hex(key) + ": " + why);
}

std::size_t rows_in(const Changes& changes) {
  std::size_t rows = 0;
  for (const auto& table : changes) {
    rows += table.size();
  }
  return rows;
}

std::uint64_t size_of(const Changes& changes) {
  std::uint64_t bytes = 0;
  for (const auto& table : changes) {
    for (const auto& [key, change] : table) {
      bytes += key.size() + (change.value ? change.value->size() : 0);
    }
  }
  return bytes;
}

std::uint64_t shared_size_of(const Changes& changes) {
  std::unordered_set<const std::string*> counted;
  std::uint64_t bytes = 0;
  for (const auto& table : changes) {
    for (const auto& [key, change] : table) {
      if (!change.value) {
        continue;
      }
      for (const model::SharedPart& part : change.value->parts()) {
        bytes += counted.insert(&part.payload.text()).second ? part.payload.size() : 0;
      }
    }
  }
  return bytes;
}

}  // namespace duroxide::storage
