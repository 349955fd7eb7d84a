#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "storage/kv.hpp"
#include "storage/lmdb/directory_lock.hpp"
#include "storage/lmdb/journal.hpp"
#include "storage/lmdb/lmdb_space.hpp"
#include "storage/lmdb/snapshot_gate.hpp"
#include "storage/logged/log_reading.hpp"
#include "storage/readers.hpp"

namespace duroxide::storage {

/// The tables of a store that nobody has open. While a snapshot of it lives, nobody becomes its owner;
/// between two snapshots anybody may, and until that owner has closed it, the next ones are refused
/// with `in_use`. The file is read by page, without LMDB, and each page is checked, so that a damaged
/// store can be looked at and exported as far as it can be read. Nothing is made or changed.
class LmdbReader final : public KvStore {
 public:
  /// Throws `StorageFailure`, also if there is no store of this release's format.
  LmdbReader(const std::filesystem::path& directory, ProcessClaim claim);
  ~LmdbReader() override { close(); }
  LmdbReader(const LmdbReader&) = delete;
  LmdbReader& operator=(const LmdbReader&) = delete;

  [[nodiscard]] std::unique_ptr<ReadView> writer_view() override { return snapshot(); }
  [[nodiscard]] std::unique_ptr<ReadView> snapshot() override;
  [[nodiscard]] bool wants_snapshots_back() const override { return gate_.wanted_back(); }
  [[nodiscard]] std::filesystem::path directory() const override { return directory_; }
  /// Refuses.
  void commit(Changes&& changes) override;
  void forget_cached() override {
    journal_.forget();
    log_.forget();
  }
  [[nodiscard]] std::optional<std::string> broken_by() const override { return std::nullopt; }
  [[nodiscard]] StoreUse use() override;
  void close() override;

 private:
  /// That there is a store of ours, with all tables.
  void check_store() const;

  std::filesystem::path directory_;
  std::filesystem::path file_;
  ProcessClaim claim_;
  SnapshotGate gate_;
  bool closed_ = false;   ///< guarded by `gate_`
  JournalCache journal_;  ///< of a store that an earlier release has left
  LogReading log_;
  Readers readers_;
  LmdbSpace space_;
};

}  // namespace duroxide::storage
