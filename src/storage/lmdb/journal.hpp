#pragma once

// A commit dirties a page or two in each table that it touches, all over the file, and what a sync
// costs is above all how many places it writes to. So a small commit goes to the disk as one row of
// a table of its own, the journal, and into the tables together with some dozens of others. Until
// then whoever reads lays the journal over the tables; both are of one LMDB snapshot, in any process.

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include <lmdb.h>

#include "storage/kv.hpp"
#include "storage/lmdb/lmdb_view.hpp"

namespace duroxide::storage {

/// A row of the journal.
[[nodiscard]] std::string encode_changes(const Changes& changes);
/// Lays what a row says over `changes`.
[[nodiscard]] model::Checked decode_changes_onto(Changes& changes, std::string_view row);

/// What the journal held when it was last read: a store that rests is read over and over.
class JournalCache {
 public:
  /// What it holds for a view that has seen so many commits. `open` gives a cursor over its rows.
  /// Safe to use from any thread. Throws `StorageFailure`.
  [[nodiscard]] std::shared_ptr<const Changes> read(
      std::uint64_t commits, const std::function<std::unique_ptr<Cursor>()>& open);

  void forget();

 private:
  std::mutex mutex_;
  std::uint64_t commits_ = 0;  ///< the view's that was read
  std::shared_ptr<const Changes> changes_;
};

/// `tables` as the journal of the same snapshot leaves them. The journal is read when a row is first
/// asked for, and if it cannot be read, that throws `StorageFailure`. `cache` outlives the view.
[[nodiscard]] std::unique_ptr<ReadView> with_journal(std::unique_ptr<LmdbView> tables,
                                                     JournalCache& cache);

/// The writer's side of it.
class Journal {
 public:
  /// What the last writer has left. Throws `StorageFailure`.
  void load(MDB_txn* txn, MDB_dbi journal);

  /// Whether a commit may be written here at all. Not if it is large, nor if the tables would refuse
  /// it, for that is to be found out at once. Nor if it sets the format: every release looks for that
  /// in the table before it reads a journal, and none believes a journal about it.
  [[nodiscard]] static bool may_take(const Changes& changes);
  /// Whether it is time to write all that is here into the tables.
  [[nodiscard]] bool is_full() const;
  /// Whether there is room beyond that, for when there is none in the tables. Each opening has some, so
  /// that work which goes on cannot shut the store.
  [[nodiscard]] bool has_reserve() const;

  /// Returns LMDB's code. It counts once `appended` is called. `row` is the encoded commit.
  [[nodiscard]] int append(MDB_txn* txn, MDB_dbi journal, const std::string& row) const;
  void appended(Changes&& changes) noexcept;
  /// All of it is in the tables.
  void emptied() noexcept;

  [[nodiscard]] bool empty() const { return rows_ == 0; }
  /// What is here and not in the tables. Changes with the next commit.
  [[nodiscard]] const std::shared_ptr<Changes>& changes() const { return changes_; }

 private:
  std::shared_ptr<Changes> changes_ = std::make_shared<Changes>();
  std::uint64_t rows_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t loaded_rows_ = 0;
  std::uint64_t loaded_bytes_ = 0;
};

}  // namespace duroxide::storage
