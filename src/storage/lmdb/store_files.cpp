#include "storage/lmdb/store_files.hpp"

#include <cerrno>
#include <utility>
#include <vector>

#include "storage/lmdb/directory_lock.hpp"
#include "storage/lmdb/disk_reserve.hpp"
#include "storage/lmdb/lmdb_error.hpp"
#include "storage/lmdb/new_database.hpp"
#include "storage/log/segment.hpp"

namespace duroxide::storage {

namespace fs = std::filesystem;

namespace {

/// All that may be there, by name.
std::vector<fs::path> files_of_store(const fs::path& directory) {
  std::vector<fs::path> files;
  for (const char* name : {"data.mdb", "lock.mdb", lock_file_name, reserve_file_name}) {
    files.push_back(directory / name);
  }
  for (const SegmentNumber number : segments_in(directory)) {
    files.push_back(LogSegment::path_in(directory, number));
  }
  return files;
}

}  // namespace

std::string told_exposure(const fs::path& directory) {
  Exposure all = exposure_of(directory, "700");
  for (const fs::path& file : files_of_store(directory)) {
    const Exposure one = exposure_of(file, "600");
    all.found += (all.found.empty() || one.found.empty() ? "" : ", ") + one.found;
    all.command += (all.command.empty() || one.command.empty() ? "" : " && ") + one.command;
  }
  if (all.found.empty()) {
    return {};
  }
  return "other users of this machine can get at the store: " + all.found +
         "; to keep it to its owner: " + all.command;
}

void require_store_files(const fs::path& directory, Use use) {
  require_directory(directory);
  for (const fs::path& file : files_of_store(directory)) {
    (void)require_file(file, use);
  }
}

void warn_of_exposure(const fs::path& directory, const LogSink& log) {
  LogRecord record;
  record.level = LogLevel::warn;
  record.message = told_exposure(directory);
  if (log && !record.message.empty()) {
    log(record);
  }
}

LmdbFiles::LmdbFiles(const fs::path& directory)
    : data_(directory / "data.mdb"), lock_(directory / "lock.mdb") {
  // Never opened if it is there: to close it would give up what LMDB has locked in this process.
  if (!require_file(lock_, Use::write)) {
    (void)make_file(lock_);
  }
  make_database(data_);
  if (::lstat(lock_.c_str(), &lock_before_) != 0) {
    throw lmdb_failure(errno, "looking at " + quoted(lock_));
  }
}

void LmdbFiles::require_same(MDB_env* env) const {
  int data = -1;
  check_lmdb(mdb_env_get_fd(env, &data), "looking at the open file");
  struct stat lock_now {};
  const bool same_lock = ::lstat(lock_.c_str(), &lock_now) == 0 &&
                         lock_now.st_dev == lock_before_.st_dev &&
                         lock_now.st_ino == lock_before_.st_ino;
  if (!same_lock || !is_at(data_, data)) {
    throw StorageFailure(ProviderError::Kind::permission_denied,
                         "somebody has put another file in the place of " +
                             quoted(same_lock ? data_ : lock_) +
                             " while it was opened; keep the directory to its owner");
  }
}

}  // namespace duroxide::storage
