#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>

#include <lmdb.h>

#include "storage/readers.hpp"

namespace duroxide::storage {

/// How much of its file a database uses. Pages that hold nothing any more stand in a list of LMDB's,
/// which grows with the file's history, so it is read once for each commit at most. Safe to use from
/// any thread.
class LmdbSpace {
 public:
  /// Fills in what it finds. `file` is that of the database. Throws `StorageFailure`.
  void describe(MDB_env* env, const std::filesystem::path& file, StoreUse& use);

 private:
  [[nodiscard]] std::uint64_t free_pages(MDB_env* env, const std::filesystem::path& file);

  std::mutex mutex_;
  std::optional<std::uint64_t> commits_;  ///< as of which `free_pages_` was counted
  std::uint64_t free_pages_ = 0;
};

}  // namespace duroxide::storage
