#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include <lmdb.h>

#include "storage/kv.hpp"
#include "storage/lmdb/snapshot_gate.hpp"
#include "storage/readers.hpp"

namespace duroxide::storage {

/// LMDB takes keys and values by a non-const pointer and only reads them.
[[nodiscard]] MDB_val to_val(std::string_view bytes);
[[nodiscard]] std::string_view to_view(const MDB_val& value);

inline constexpr std::string_view journal_name = "journal";

/// The sub-databases of a store.
struct LmdbTables {
  std::array<MDB_dbi, table_count> rows{};
  MDB_dbi journal = 0;

  [[nodiscard]] MDB_dbi of(Table table) const { return rows.at(static_cast<std::size_t>(table)); }
};

inline constexpr MDB_dbi sub_database_count = table_count + 1;

/// Opens all of them with `flags`. Returns LMDB's code.
[[nodiscard]] int open_sub_databases(MDB_txn* txn, unsigned int flags, LmdbTables& tables);

/// Begins to read, and gives LMDB's code. LMDB takes the number of a snapshot before it takes the
/// snapshot: a thread that two commits overtake in between has the contents of the second under the
/// number of neither. Such a snapshot is let go of for another. If none is better, the file's header
/// is damaged: `MDB_CORRUPTED`.
[[nodiscard]] int begin_reading(MDB_env* env, MDB_txn** txn);

/// Puts a value with its seal, and gives LMDB's code. `flags` are those of `mdb_put`.
[[nodiscard]] int put_sealed(MDB_txn* txn, MDB_dbi dbi, Table table, std::string_view key,
                             model::BytesView value, unsigned int flags);

/// The rows of a sub-database as they stand there. Throws `StorageFailure`.
[[nodiscard]] std::unique_ptr<Cursor> open_cursor(MDB_txn* txn, MDB_dbi table);

/// The tables as one reading transaction sees them.
class LmdbView final : public ReadView {
 public:
  /// Owns the transaction if it is held, and only resets it if not. It is counted among `readers`,
  /// unless that is null.
  LmdbView(MDB_txn* txn, const LmdbTables& tables, SnapshotGate::Snapshot held, Readers* readers);
  ~LmdbView() override;
  LmdbView(const LmdbView&) = delete;
  LmdbView& operator=(const LmdbView&) = delete;

  [[nodiscard]] std::optional<model::BytesView> get(Table table,
                                                    std::string_view key) const override;
  [[nodiscard]] std::unique_ptr<Cursor> cursor(Table table) const override;
  [[nodiscard]] std::uint64_t count(Table table) const override;
  [[nodiscard]] std::uint64_t commits() const override { return mdb_txn_id(txn_); }

 private:
  [[nodiscard]] MDB_stat look_at(Table table) const;

  MDB_txn* txn_;
  const LmdbTables& tables_;
  SnapshotGate::Snapshot held_;
  std::optional<CountedReader> counted_;
};

}  // namespace duroxide::storage
