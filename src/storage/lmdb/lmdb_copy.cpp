#include "storage/lmdb/lmdb_copy.hpp"

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/directories.hpp"
#include "storage/lmdb/leftover_copy.hpp"
#include "storage/lmdb/lmdb_error.hpp"
#include "storage/private_files.hpp"

namespace duroxide::storage {

namespace {

/// What a transaction holds in memory, a large row apart.
constexpr std::uint64_t bytes_per_transaction = std::uint64_t{32} << 20;
constexpr std::uint64_t spare_bytes = std::uint64_t{16} << 20;

StorageFailure not_empty(const std::filesystem::path& directory) {
  return {ProviderError::Kind::invalid_input,
          "the directory `" + directory.string() + "` is not empty; a copy needs one of its own"};
}

/// Whether it holds nothing but what a copy that was killed may have left.
bool is_free(const std::filesystem::path& directory, const std::filesystem::path& file) {
  std::error_code error;
  std::filesystem::directory_iterator entry(directory, error);
  bool free = true;
  while (!error && free && entry != std::filesystem::directory_iterator()) {
    free = entry->path().filename() == file.filename();
    entry.increment(error);
  }
  if (error) {
    throw lmdb_failure(error.value(), "looking into `" + directory.string() + "`");
  }
  return free;
}

/// The new file, empty and locked, so that others see that it is being written.
model::FileDescriptor take_file(const std::filesystem::path& directory,
                                const std::filesystem::path& path) {
  model::FileDescriptor file = make_file(path);
  const bool was_there = !file.is_open();
  if (was_there) {
    file = open_file(path, O_RDWR);
  }
  if (!file.is_open() || ::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    throw StorageFailure(ProviderError::Kind::in_use,
                         "another copy is being written into `" + directory.string() + "`", true);
  }
  // It has its final name if its writer has ended just now.
  if (!is_at(path, file.get()) || (was_there && !is_leftover_copy(file.get()))) {
    throw not_empty(directory);
  }
  constexpr mode_t owner_only = 0600;
  if (::ftruncate(file.get(), 0) != 0 || ::fchmod(file.get(), owner_only) != 0) {
    throw lmdb_failure(errno, "making `" + path.string() + "`");
  }
  return file;
}

}  // namespace

LmdbCopy::LmdbCopy(const std::filesystem::path& directory)
    : directory_(directory), file_(directory / "data.mdb.partial"), fresh_(directory) {
  make_directory(directory);
  if (!is_free(directory, file_)) {
    throw not_empty(directory);
  }
  lock_ = take_file(directory, file_);
  fresh_.add(file_);
  check_lmdb(mdb_env_create(&env_), "creating the environment");
  try {
    check_lmdb(mdb_env_set_maxdbs(env_, sub_database_count), "configuring the environment");
    check_lmdb(mdb_env_set_mapsize(env_, spare_bytes), "sizing the map");
    // Nobody else knows of the file, and what has not reached the disk is worth nothing.
    check(mdb_env_open(env_, file_.c_str(), MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOSYNC, 0600),
          "making");
    int opened = -1;
    check(mdb_env_get_fd(env_, &opened), "making");
    if (!is_at(file_, opened) || !is_at(file_, lock_.get())) {
      throw StorageFailure(ProviderError::Kind::permission_denied,
                           "somebody has put another file in the place of `" + file_.string() +
                               "`; keep the directory to its owner");
    }
    begin();
    check(open_sub_databases(txn_, MDB_CREATE, tables_), "writing");
    commit();
  } catch (...) {
    mdb_txn_abort(std::exchange(txn_, nullptr));
    mdb_env_close(env_);
    throw;
  }
}

LmdbCopy::~LmdbCopy() {
  mdb_txn_abort(txn_);
  if (env_ != nullptr) {
    mdb_env_close(env_);
  }
}

void LmdbCopy::check(int code, const char* doing) const {
  if (code != MDB_SUCCESS) {
    throw lmdb_failure(tell_full_disk(code, file_, spare_bytes + pending_bytes_),
                       std::string(doing) + " `" + file_.string() + "`");
  }
}

void LmdbCopy::begin() {
  // Rows just too small for pages of their own leave up to half of a page empty.
  const std::uint64_t wanted = 4 * std::max(pending_bytes_, bytes_per_transaction) + spare_bytes;
  MDB_envinfo info{};
  MDB_stat stat{};
  check_lmdb(mdb_env_info(env_, &info), "reading the size of the map");
  check_lmdb(mdb_env_stat(env_, &stat), "reading the size of the map");
  const std::uint64_t used = (info.me_last_pgno + 1) * stat.ms_psize;
  if (info.me_mapsize < used + wanted) {
    check_lmdb(mdb_env_set_mapsize(env_, std::max(2 * used, used + wanted)), "growing the map");
  }
  check(mdb_txn_begin(env_, nullptr, 0, &txn_), "writing");
}

void LmdbCopy::commit() {
  check(mdb_txn_commit(std::exchange(txn_, nullptr)), "writing");
  pending_bytes_ = 0;
}

void LmdbCopy::append(Table table, std::string_view key, std::string_view value) {
  const std::uint64_t bytes = key.size() + value.size();
  if (txn_ != nullptr && pending_bytes_ + bytes > bytes_per_transaction) {
    commit();
  }
  pending_bytes_ += bytes;
  if (txn_ == nullptr) {
    begin();
  }
  check(put_sealed(txn_, tables_.of(table), table, key, value, MDB_APPEND), "writing");
}

std::uint64_t LmdbCopy::finish() {
  if (txn_ != nullptr) {
    commit();
  }
  check(mdb_env_sync(env_, 1), "syncing");
  mdb_env_close(std::exchange(env_, nullptr));
  const auto whole = directory_ / "data.mdb";
  std::error_code error;
  std::filesystem::rename(file_, whole, error);
  if (error) {
    throw lmdb_failure(error.value(), "renaming `" + file_.string() + "`");
  }
  fresh_.add(whole);
  sync_directories(directory_);
  const std::uint64_t bytes = std::filesystem::file_size(whole, error);
  if (error) {
    throw lmdb_failure(error.value(), "looking at `" + whole.string() + "`");
  }
  fresh_.keep();
  return bytes;
}

}  // namespace duroxide::storage
