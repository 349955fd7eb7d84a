#pragma once

// A commit dirties a page or two in each table that it touches, all over the file, and what a sync
// costs is above all how many places it writes to. So a small commit goes to the disk as one row of
// a table of its own, the journal, and into the tables together with some dozens of others. Until
// then whoever reads lays the journal over the tables; both are of one LMDB snapshot, in any process.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <lmdb.h>

#include "provider/core/kv.hpp"
#include "provider/lmdb/lmdb_view.hpp"

namespace duroxide::storage {

inline constexpr std::string_view journal_name = "journal";

/// A row of the journal.
[[nodiscard]] std::string encode_changes(const Changes& changes);
/// Lays what a row says over `changes`. Returns what is wrong with the row, or nothing.
[[nodiscard]] std::string decode_changes_onto(Changes& changes, std::string_view row);

/// `tables` as the journal of the same snapshot leaves them. The journal is read when a row is first
/// asked for, and if it cannot be read, that throws `StorageFailure`.
[[nodiscard]] std::unique_ptr<ReadView> with_journal(std::unique_ptr<LmdbView> tables);

/// The writer's side of it.
class Journal {
 public:
  /// What the last writer has left. Throws `StorageFailure`.
  void load(MDB_txn* txn, MDB_dbi journal);

  /// Whether a commit is to be written here. If not, this one and all that is here go into the
  /// tables.
  [[nodiscard]] bool takes(const Changes& changes) const;

  /// Returns LMDB's code. It counts once `appended` is called.
  [[nodiscard]] int append(MDB_txn* txn, MDB_dbi journal, const Changes& changes) const;
  void appended(const Changes& changes);
  /// All of it is in the tables.
  void emptied();

  [[nodiscard]] bool empty() const { return rows_ == 0; }
  /// What is here and not in the tables. Changes with the next commit.
  [[nodiscard]] const std::shared_ptr<Changes>& changes() const { return changes_; }

 private:
  std::shared_ptr<Changes> changes_ = std::make_shared<Changes>();
  std::uint64_t rows_ = 0;
  std::uint64_t bytes_ = 0;
};

/// The bytes of all keys and values.
[[nodiscard]] std::uint64_t size_of(const Changes& changes);

}  // namespace duroxide::storage
