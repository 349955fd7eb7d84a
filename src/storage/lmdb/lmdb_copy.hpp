#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include <lmdb.h>

#include "model/file_descriptor.hpp"
#include "storage/kv.hpp"
#include "storage/lmdb/fresh_paths.hpp"
#include "storage/lmdb/lmdb_view.hpp"
#include "storage/size_signal.hpp"

namespace duroxide::storage {

/// A new store that is filled row by row. It stands under another name until it is whole, so nobody
/// takes a part of it for a store, and it is gone with this object if it never became whole. All
/// throw `StorageFailure`. For one thread.
class LmdbCopy {
 public:
  /// `directory` is empty, or holds what a copy has left that was killed, or does not exist. Another
  /// copy that is being made there: `in_use`.
  explicit LmdbCopy(const std::filesystem::path& directory);
  ~LmdbCopy();
  LmdbCopy(const LmdbCopy&) = delete;
  LmdbCopy& operator=(const LmdbCopy&) = delete;

  /// Table by table, the keys of each in order.
  void append(Table table, std::string_view key, std::string_view value);
  /// Brings it to the disk and makes it a store. Returns its size in bytes.
  [[nodiscard]] std::uint64_t finish();

 private:
  void begin();
  void commit();
  void check(int code, const char* doing) const;

  SizeSignalHeld held_;  ///< first, so that it ends last
  std::filesystem::path directory_;
  std::filesystem::path file_;
  model::FileDescriptor lock_;  ///< on that file, until it has its name or is gone
  FreshPaths fresh_;
  MDB_env* env_ = nullptr;
  MDB_txn* txn_ = nullptr;
  LmdbTables tables_;
  std::uint64_t pending_bytes_ = 0;  ///< in the open transaction
};

}  // namespace duroxide::storage
