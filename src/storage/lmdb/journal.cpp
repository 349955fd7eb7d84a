#include "storage/lmdb/journal.hpp"

#include <string>
#include <string_view>

#include "storage/format.hpp"
#include "storage/keys.hpp"
#include "storage/lmdb/lmdb_view.hpp"
#include "storage/log/commit_body.hpp"

namespace duroxide::storage {

namespace {

[[noreturn]] void throw_unreadable(std::string_view key, const std::string& why) {
  throw StorageFailure(ProviderError::Kind::corrupt,
                       "table " + std::string(journal_name) + ", key " + hex(key) + ": " + why +
                           "; what was committed last cannot be read. Unless a newer release has "
                           "written it, the store must be taken from a backup");
}

TableChanges& of_meta(Changes& changes) {
  return changes.at(static_cast<std::size_t>(Table::meta));
}

/// Returns how many rows there are.
std::uint64_t read_rows(Cursor& journal, Changes& changes) {
  std::uint64_t rows = 0;
  for (bool more = journal.seek({}); more; more = journal.next()) {
    if (journal.key() != make_key(rows + 1)) {
      throw_unreadable(journal.key(), "it does not follow row " + std::to_string(rows));
    }
    if (const auto read = decode_changes_onto(changes, journal.value()); !read) {
      throw_unreadable(journal.key(), read.error().what);
    }
    ++rows;
  }
  // What an earlier release has left here says its own number, under which no other must read what this
  // one writes. The table always holds the right one.
  of_meta(changes).erase(std::string(meta_keys::format));
  return rows;
}

}  // namespace

std::shared_ptr<const Changes> JournalCache::read(
    std::uint64_t commits, const std::function<std::unique_ptr<Cursor>()>& open) {
  {
    const std::lock_guard lock(mutex_);
    if (changes_ && commits_ == commits) {
      return changes_;
    }
  }
  auto changes = std::make_shared<Changes>();
  (void)read_rows(*open(), *changes);
  const std::lock_guard lock(mutex_);
  commits_ = commits;
  changes_ = changes;
  return changes;
}

void JournalCache::forget() {
  const std::lock_guard lock(mutex_);
  changes_.reset();
}

std::shared_ptr<const Changes> read_journal(MDB_txn* txn, MDB_dbi journal) {
  auto changes = std::make_shared<Changes>();
  return read_rows(*open_cursor(txn, journal), *changes) == 0 ? nullptr : std::move(changes);
}

}  // namespace duroxide::storage
