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
  /// Fills in what it finds. `path` is that of the database, which `env` has open. Throws
  /// `StorageFailure`.
  void describe(MDB_env* env, const std::filesystem::path& path, StoreUse& use);
  /// The same for a database that nobody has open.
  void describe(const std::filesystem::path& path, StoreUse& use);

 private:
  void count_free_pages(const std::filesystem::path& path, std::uint64_t commits);
  void fill_in(std::uint64_t pages, std::uint64_t page_bytes, const std::filesystem::path& path,
               StoreUse& use) const;

  std::mutex mutex_;
  std::optional<std::uint64_t> commits_;  ///< as of which `free_pages_` was counted
  std::uint64_t free_pages_ = 0;
};

}  // namespace duroxide::storage
