#pragma once

// The stores in `stores/`, which earlier releases have written.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace duroxide::earlier_stores {

struct EarlierStore {
  std::string file;
  std::uint64_t format = 0;
  bool killed = false;  ///< whoever wrote it has not closed it
};

[[nodiscard]] const std::vector<EarlierStore>& all_earlier_stores();

/// Puts the database of a store, and its log if it had one, into `directory`.
void unpack_store(const EarlierStore& store, const std::filesystem::path& directory);

}  // namespace duroxide::earlier_stores
