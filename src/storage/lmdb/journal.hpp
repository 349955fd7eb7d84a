#pragma once

// Stores up to format 3 kept their last commits in a table of its own, the journal, each as one row; they
// came into the tables together with some dozens of others. The log has taken its place. A store that
// such a release has not closed still has rows there: a reader lays them over the tables, and an opening
// brings them into the tables.

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>

#include <lmdb.h>

#include "storage/kv.hpp"

namespace duroxide::storage {

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

/// All that the journal holds; none if it is empty. Throws `StorageFailure`.
[[nodiscard]] std::shared_ptr<const Changes> read_journal(MDB_txn* txn, MDB_dbi journal);

}  // namespace duroxide::storage
