#include "storage/lmdb/lmdb_reader.hpp"

#include <cerrno>
#include <utility>

#include "storage/format.hpp"
#include "storage/lmdb/inspect.hpp"
#include "storage/lmdb/journal.hpp"
#include "storage/lmdb/lmdb_error.hpp"
#include "storage/lmdb/page_view.hpp"
#include "storage/lmdb/store_files.hpp"

namespace duroxide::storage {

namespace {

using Kind = ProviderError::Kind;

StorageFailure nothing_in(const std::filesystem::path& directory) {
  return {Kind::no_store, "there is no store in `" + directory.string() + "`"};
}

StorageFailure too_old(const std::filesystem::path& directory) {
  return {Kind::read_only, "the store `" + directory.string() +
                               "` was made by an earlier release, and a reader cannot change that; "
                               "open it once with `LmdbProvider::open`"};
}

}  // namespace

LmdbReader::LmdbReader(const std::filesystem::path& directory, ProcessClaim claim, Guard guard)
    : directory_(directory), claim_(std::move(claim)), guard_(guard) {
  const auto shared = keep_owners_out();
  check_lmdb(mdb_env_create(&env_), "creating the environment");
  try {
    open_environment();
    check_store();
    // The journal may know that it has been brought to this format.
    if (first_to_upgrade(*snapshot())) {
      throw too_old(directory_);
    }
  } catch (...) {
    mdb_env_close(env_);
    throw;
  }
}

void LmdbReader::open_environment() {
  check_lmdb(mdb_env_set_maxdbs(env_, sub_database_count), "configuring the environment");
  const unsigned int no_lock = guard_ == Guard::no_owner ? MDB_NOLOCK : 0;
  std::optional<LmdbFiles> files;
  if (guard_ == Guard::reader_marks) {
    files.emplace(directory_, Use::read);
  }
  const int code = mdb_env_open(env_, directory_.c_str(), MDB_RDONLY | MDB_NOTLS | no_lock, 0600);
  if (code == ENOENT) {
    throw nothing_in(directory_);
  }
  if (code != MDB_SUCCESS) {
    throw lmdb_failure(code, "opening `" + directory_.string() + "` for reading");
  }
  if (files) {
    files->require_same(env_);
  }
}

void LmdbReader::check_store() {
  MDB_txn* txn = nullptr;
  check_lmdb(begin_reading(env_, &txn), "beginning to read");
  const std::unique_ptr<MDB_txn, decltype(&mdb_txn_abort)> ended(txn, &mdb_txn_abort);
  const PageFile file(directory_ / "data.mdb");
  if (file.header().main.entries == 0) {
    throw nothing_in(directory_);
  }
  (void)check_format(file, "`" + (directory_ / "data.mdb").string() + "`");
  if (!find_trees(file).has_all) {
    throw too_old(directory_);
  }
}

std::optional<SharedDirectoryLock> LmdbReader::keep_owners_out() const {
  if (guard_ == Guard::reader_marks) {
    return std::nullopt;
  }
  try {
    return SharedDirectoryLock(directory_);
  } catch (const StorageFailure& failed) {
    if (failed.error().kind != Kind::in_use) {
      throw;
    }
    throw StorageFailure(Kind::permission_denied,
                         failed.error().message + "; to read beside it takes the right to write `" +
                             (directory_ / "lock.mdb").string() + "`",
                         true);
  }
}

std::unique_ptr<ReadView> LmdbReader::snapshot() {
  auto shared = keep_owners_out();
  bool readers_checked = false;
  while (true) {
    auto held = gate_.enter();
    if (env_ == nullptr) {
      throw StorageFailure(Kind::closed, "the store is closed");
    }
    MDB_txn* txn = nullptr;
    const int code = begin_reading(env_, &txn);
    if (code == MDB_SUCCESS) {
      auto kept =
          std::make_unique<LmdbView>(txn, tables_, std::move(held), &readers_, std::move(shared));
      return with_journal(std::make_unique<PageView>(directory_ / "data.mdb", std::move(kept)),
                          journal_);
    }
    if (code == MDB_READERS_FULL && !std::exchange(readers_checked, true)) {
      int dead = 0;
      check_lmdb(mdb_reader_check(env_, &dead), "checking for stale readers");
    } else if (code == MDB_MAP_RESIZED) {
      held.unlock();
      follow_map();
    } else {
      check_lmdb(code, "beginning to read");
    }
  }
}

StoreUse LmdbReader::use() {
  const auto shared = keep_owners_out();
  const auto held = gate_.look();
  StoreUse use;
  if (env_ != nullptr) {
    space_.describe(env_, directory_ / "data.mdb", use);
  }
  readers_.describe(use);
  return use;
}

void LmdbReader::follow_map() {
  const auto nobody = gate_.take_back();
  if (env_ != nullptr) {
    check_lmdb(mdb_env_set_mapsize(env_, 0), "following the growth of the map");
  }
}

void LmdbReader::commit(const Changes&) {
  throw StorageFailure(Kind::read_only, "the store was opened for reading only");
}

void LmdbReader::close() {
  const auto nobody = gate_.take_back();
  if (env_ != nullptr) {
    mdb_env_close(std::exchange(env_, nullptr));
    claim_.release();
  }
}

}  // namespace duroxide::storage
