#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <lmdb.h>

#include "storage/kv.hpp"
#include "storage/lmdb/directory_lock.hpp"
#include "storage/lmdb/journal.hpp"
#include "storage/lmdb/lmdb_space.hpp"
#include "storage/lmdb/lmdb_view.hpp"
#include "storage/lmdb/snapshot_gate.hpp"
#include "storage/readers.hpp"

namespace duroxide::storage {

/// The tables of a store that another process may be writing at the same time. LMDB only marks what is
/// being read: the pages are read from the file, and checked, so that a damaged store can be looked at
/// and exported as far as it can be read.
class LmdbReader final : public KvStore {
 public:
  /// How it keeps the pages that it reads from being used again.
  enum class Guard {
    reader_marks,  ///< in LMDB's lock file, beside any writer
    no_owner,      ///< during each snapshot nobody can become the owner
  };

  LmdbReader(const std::filesystem::path& directory, ProcessClaim claim, Guard guard);
  ~LmdbReader() override { close(); }
  LmdbReader(const LmdbReader&) = delete;
  LmdbReader& operator=(const LmdbReader&) = delete;

  [[nodiscard]] std::unique_ptr<ReadView> writer_view() override { return snapshot(); }
  [[nodiscard]] std::unique_ptr<ReadView> snapshot() override;
  [[nodiscard]] bool wants_snapshots_back() const override { return gate_.wanted_back(); }
  [[nodiscard]] std::filesystem::path directory() const override { return directory_; }
  /// Refuses.
  void commit(const Changes& changes) override;
  void forget_cached() override { journal_.forget(); }
  [[nodiscard]] std::optional<std::string> broken_by() const override { return std::nullopt; }
  [[nodiscard]] StoreUse use() override;
  void close() override;

 private:
  void open_environment();
  /// That there is a store of ours, with all tables.
  void check_store();
  [[nodiscard]] std::optional<SharedDirectoryLock> keep_owners_out() const;
  /// The writer has made the map larger.
  void follow_map();

  std::filesystem::path directory_;
  ProcessClaim claim_;
  Guard guard_;
  SnapshotGate gate_;
  MDB_env* env_ = nullptr;
  LmdbTables tables_;  ///< none: LMDB reads no table here
  JournalCache journal_;
  Readers readers_;
  LmdbSpace space_;
};

}  // namespace duroxide::storage
