#include "storage/lmdb/journal.hpp"

#include <optional>
#include <utility>
#include <vector>

#include <cereal/types/optional.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>

#include "model/archive.hpp"
#include "model/serialization.hpp"
#include "storage/format.hpp"
#include "storage/keys.hpp"
#include "storage/layered.hpp"
#include "storage/lmdb/lmdb_error.hpp"

namespace duroxide::storage {

struct JournalChange {
  std::uint8_t table = 0;
  std::string key;
  std::optional<std::string> value;
};
DUROXIDE_LAYOUT(JournalChange, x.table, x.key, x.value)

struct JournalRow {
  std::vector<JournalChange> changes;
};
DUROXIDE_LAYOUT(JournalRow, x.changes)

namespace {

// A commit of many turns fills whole pages of the tables, and has little to gain from being written
// twice.
constexpr std::uint64_t largest_row = std::uint64_t{16} << 10;
// Whoever reads takes all of the journal into memory first.
constexpr std::uint64_t most_rows = 32;
constexpr std::uint64_t most_bytes = std::uint64_t{64} << 10;
constexpr std::size_t longest_key = 511;  // LMDB's

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

std::string encode_changes(const Changes& changes) {
  JournalRow row;
  for (std::size_t table = 0; table < table_count; ++table) {
    for (const auto& [key, change] : changes.at(table)) {
      row.changes.push_back({static_cast<std::uint8_t>(table), key, change.value});
    }
  }
  return model::encode(row);
}

model::Checked decode_changes_onto(Changes& changes, std::string_view row) {
  auto decoded = model::decode<JournalRow>(row);
  if (!decoded) {
    return failure(std::move(decoded).error());
  }
  for (JournalChange& each : decoded->changes) {
    if (each.table >= table_count) {
      return model::flaw("it changes table number " + std::to_string(each.table) +
                         ", which this release does not know");
    }
    changes.at(each.table)
        .insert_or_assign(std::move(each.key), Change{std::move(each.value), false});
  }
  return {};
}

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

std::unique_ptr<ReadView> with_journal(std::unique_ptr<LmdbView> tables, JournalCache& cache) {
  const LmdbView& view = *tables;
  return std::make_unique<LayeredView>(std::move(tables), [&view, &cache] {
    return cache.read(view.commits(), [&view] { return view.journal(); });
  });
}

void Journal::load(MDB_txn* txn, MDB_dbi journal) {
  emptied();
  rows_ = read_rows(*open_cursor(txn, journal), *changes_);
  bytes_ = size_of(*changes_);
  loaded_rows_ = rows_;
  loaded_bytes_ = bytes_;
}

bool Journal::may_take(const Changes& changes) {
  if (changes.at(static_cast<std::size_t>(Table::meta)).contains(meta_keys::format)) {
    return false;
  }
  for (const auto& table : changes) {
    for (const auto& [key, change] : table) {
      if (key.empty() || key.size() > longest_key) {
        return false;
      }
    }
  }
  return size_of(changes) <= largest_row;
}

bool Journal::is_full() const {
  return rows_ >= most_rows || bytes_ >= most_bytes;
}

bool Journal::has_reserve() const {
  return rows_ < loaded_rows_ + 4 * most_rows && bytes_ < loaded_bytes_ + 4 * most_bytes;
}

int Journal::append(MDB_txn* txn, MDB_dbi journal, const std::string& row) const {
  const std::string name = make_key(rows_ + 1);
  MDB_val key = to_val(name);
  MDB_val value = to_val(row);
  return mdb_put(txn, journal, &key, &value, MDB_APPEND);
}

void Journal::appended(Changes&& changes) noexcept {
  ++rows_;
  bytes_ += size_of(changes);
  lay_over(*changes_, std::move(changes));
}

void Journal::emptied() noexcept {
  for (auto& table : *changes_) {
    table.clear();
  }
  rows_ = 0;
  bytes_ = 0;
}

}  // namespace duroxide::storage
