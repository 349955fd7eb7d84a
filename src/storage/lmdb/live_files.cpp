#include "storage/lmdb/live_files.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>

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

LiveFiles::LiveFiles(const std::filesystem::path& directory)
    : directory_(directory),
      descriptor_(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)),
      files_{File{"data.mdb"}, File{lock_file_name}} {
  for (File& file : files_) {
    struct stat found {};
    if (::fstatat(descriptor_.get(), file.name, &found, AT_SYMLINK_NOFOLLOW) != 0) {
      throw lmdb_failure(errno, "looking at " + quoted(directory / file.name));
    }
    file.device = found.st_dev;
    file.inode = found.st_ino;
  }
}

void LiveFiles::require_whole() {
  for (const File& file : files_) {
    struct stat found {};
    if (::fstatat(descriptor_.get(), file.name, &found, AT_SYMLINK_NOFOLLOW) != 0 ||
        found.st_dev != file.device || found.st_ino != file.inode) {
      throw_gone(directory_ / file.name);
    }
    if (&file != &files_.front()) {
      continue;
    }
    std::int64_t longest = longest_;
    while (found.st_size > longest && !longest_.compare_exchange_weak(longest, found.st_size)) {
    }
    if (found.st_size < longest) {
      throw StorageFailure(ProviderError::Kind::corrupt,
                           quoted(directory_ / file.name) + " was cut from " +
                               std::to_string(longest) + " to " + std::to_string(found.st_size) +
                               " bytes while the store was open; restore a backup");
    }
  }
}

}  // namespace duroxide::storage
