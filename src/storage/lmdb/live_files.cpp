#include "storage/lmdb/live_files.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>

#include "model/held_directory.hpp"
#include "storage/lmdb/directory_lock.hpp"
#include "storage/lmdb/lmdb_error.hpp"
#include "storage/private_files.hpp"

namespace duroxide::storage {

namespace {

[[noreturn]] void throw_gone(const std::filesystem::path& path) {
  throw StorageFailure(
      ProviderError::Kind::storage,
      quoted(path) +
          " was removed, replaced or moved while the store was open. What was acknowledged before "
          "is "
          "in the file that is gone; put it back, or restore a backup, and open the store again");
}

}  // namespace

LiveFiles::LiveFiles(const std::filesystem::path& directory, MDB_env* env)
    : directory_(directory),
      descriptor_(model::hold_directory(directory, model::Links::followed)),
      files_{File{"data.mdb"}, File{lock_file_name}} {
  int data = -1;
  check_lmdb(mdb_env_get_fd(env, &data), "looking at the open file");
  struct stat found {};
  if (!descriptor_.is_open() || ::fstat(data, &found) != 0) {
    throw lmdb_failure(errno, "looking at " + quoted(directory));
  }
  files_.front().device = found.st_dev;
  files_.front().inode = found.st_ino;
  if (::fstatat(descriptor_.get(), files_.back().name, &found, AT_SYMLINK_NOFOLLOW) != 0) {
    throw lmdb_failure(errno, "looking at " + quoted(directory / files_.back().name));
  }
  files_.back().device = found.st_dev;
  files_.back().inode = found.st_ino;
}

std::int64_t LiveFiles::length_of(const File& file) const {
  struct stat found {};
  if (::fstatat(descriptor_.get(), file.name, &found, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) {
      throw_gone(directory_ / file.name);
    }
    return std::numeric_limits<std::int64_t>::max();
  }
  if (found.st_dev != file.device || found.st_ino != file.inode) {
    throw_gone(directory_ / file.name);
  }
  return found.st_size;
}

std::int64_t LiveFiles::checked_length() const {
  // Asked before, for a commit may make the file longer in between.
  const std::int64_t written = written_;
  const std::int64_t length = length_of(files_.front());
  if (length < written) {
    throw StorageFailure(ProviderError::Kind::corrupt,
                         quoted(directory_ / files_.front().name) + " was cut from " +
                             std::to_string(written) + " to " + std::to_string(length) +
                             " bytes while the store was open; restore a backup");
  }
  (void)length_of(files_.back());
  return length;
}

void LiveFiles::require_whole() const {
  (void)checked_length();
}

void LiveFiles::require_written() {
  const std::int64_t length = checked_length();
  if (length != std::numeric_limits<std::int64_t>::max()) {
    written_ = length;
  }
}

}  // namespace duroxide::storage
