#pragma once

#include <array>
#include <filesystem>
#include <mutex>
#include <shared_mutex>
#include <string>

#include <lmdb.h>

#include <duroxide/lmdb_provider.hpp>

#include "provider/core/kv.hpp"
#include "provider/lmdb/directory_lock.hpp"

namespace duroxide::storage {

/// Tables in an LMDB environment, one sub-database each, all of them opened once.
class LmdbKv final : public KvStore {
 public:
  /// `directory` holds nothing or a store of ours; see `inspect_directory`.
  LmdbKv(const std::filesystem::path& directory, Durability durability, std::uint64_t map_size,
         DirectoryLock lock);
  ~LmdbKv() override;
  LmdbKv(const LmdbKv&) = delete;
  LmdbKv& operator=(const LmdbKv&) = delete;

  [[nodiscard]] std::unique_ptr<ReadView> writer_view() override;
  [[nodiscard]] std::unique_ptr<ReadView> snapshot() override;
  void commit(const Changes& changes) override;
  [[nodiscard]] std::string broken() const override { return broken_; }
  void close() override;

 private:
  void open_tables();
  [[nodiscard]] int open_tables_once();
  [[nodiscard]] int try_commit(const Changes& changes);
  void grow();

  std::filesystem::path file_;
  std::shared_mutex mutex_;  ///< shared by snapshots; the map moves, and closes, without any
  MDB_env* env_ = nullptr;
  std::array<MDB_dbi, table_count> tables_{};
  MDB_txn* writer_txn_ = nullptr;  ///< the writer's reading transaction, reset between views
  std::string broken_;
  bool map_is_lost_ = false;  ///< nothing may be read any more; guarded by `mutex_`
  DirectoryLock lock_;
};

}  // namespace duroxide::storage
