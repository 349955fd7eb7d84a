#pragma once

// A store with a journal, as releases of formats 2 and 3 have left it in a crash.

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <lmdb.h>
#include <catch2/catch.hpp>

#include "provider/world.hpp"
#include "storage/keys.hpp"
#include "storage/lmdb/lmdb_kv.hpp"
#include "storage/log/commit_body.hpp"

namespace duroxide::testing {

namespace fs = std::filesystem;

/// Where the changes of these tests go.
inline constexpr storage::Table table = storage::Table::inbox;

inline storage::Changes one_change(const std::string& key, std::optional<std::string> value) {
  storage::Changes changes;
  changes.at(static_cast<std::size_t>(table))
      .emplace(key, storage::Change{std::move(value), false});
  return changes;
}

inline std::unique_ptr<storage::LmdbKv> open_tables(const fs::path& directory) {
  return std::make_unique<storage::LmdbKv>(directory, Durability::none, std::uint64_t{1} << 20,
                                           storage::DirectoryLock(directory));
}

/// The store as a crash of this moment would leave it.
inline fs::path crashed_copy(const fs::path& directory) {
  auto copy = directory.parent_path() / "crashed";
  fs::remove_all(copy);
  fs::create_directory(copy);
  fs::copy(directory / "data.mdb", copy / "data.mdb");
  return copy;
}

/// Calls `look` with a sub-database of a store that nobody has open.
inline void in_database(const fs::path& directory, std::string_view name,
                        const std::function<void(MDB_txn*, MDB_dbi)>& look) {
  MDB_env* env = nullptr;
  MDB_txn* txn = nullptr;
  MDB_dbi dbi = 0;
  REQUIRE(mdb_env_create(&env) == 0);
  REQUIRE(mdb_env_set_maxdbs(env, 1) == 0);
  REQUIRE(mdb_env_set_mapsize(env, std::size_t{64} << 20) == 0);
  REQUIRE(mdb_env_open(env, directory.c_str(), MDB_NOLOCK, 0644) == 0);
  REQUIRE(mdb_txn_begin(env, nullptr, 0, &txn) == 0);
  REQUIRE(mdb_dbi_open(txn, std::string(name).c_str(), 0, &dbi) == 0);
  look(txn, dbi);
  REQUIRE(mdb_txn_commit(txn) == 0);
  mdb_env_close(env);
}

/// How many rows stand in a sub-database, whatever the others say. `look` sees it too.
inline std::uint64_t rows_on_disk(const fs::path& directory, std::string_view name,
                                  const std::function<void(MDB_txn*, MDB_dbi)>& look = {}) {
  MDB_stat stat{};
  in_database(crashed_copy(directory), name, [&](MDB_txn* txn, MDB_dbi dbi) {
    REQUIRE(mdb_stat(txn, dbi, &stat) == 0);
    if (look) {
      look(txn, dbi);
    }
  });
  return stat.ms_entries;
}

struct Journaled {
  TempDir temp;
  fs::path directory = temp.path() / "store";
  std::uint64_t rows = 0;

  Journaled() {
    fs::create_directory(directory);
    (void)open_tables(directory);
  }
  /// Appends a row to the journal.
  void append(const std::string& row) {
    in_database(directory, storage::journal_name, [&](MDB_txn* txn, MDB_dbi journal) {
      const std::string name = storage::make_key(++rows);
      MDB_val key = storage::to_val(name);
      MDB_val value = storage::to_val(row);
      REQUIRE(mdb_put(txn, journal, &key, &value, 0) == 0);
    });
  }
  void append(const storage::Changes& changes) { append(storage::encode_changes(changes)); }
};

}  // namespace duroxide::testing
