#include "storage/directories.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/file_descriptor.hpp"
#include "storage/private_files.hpp"

namespace duroxide::storage {

namespace fs = std::filesystem;

namespace {

/// Whether that is what a file system says that has no such order for directories.
bool knows_no_sync(int code) {
  return code == EINVAL || code == ENOTSUP || code == EOPNOTSUPP || code == ENOSYS;
}

}  // namespace

std::vector<fs::path> missing_directories(const fs::path& directory) {
  std::vector<fs::path> missing;
  struct stat info {};
  for (fs::path path = directory; !path.empty() && ::lstat(path.c_str(), &info) != 0;
       path = path.parent_path()) {
    missing.push_back(path);
  }
  return missing;
}

void make_directory(const fs::path& directory) {
  constexpr mode_t owner_only = 0700;
  auto missing = missing_directories(directory);
  std::reverse(missing.begin(), missing.end());
  for (const fs::path& path : missing) {
    if (::mkdir(path.c_str(), owner_only) == 0) {
      sync_directory(path.has_parent_path() ? path.parent_path() : fs::path("."));
    } else if (errno != EEXIST) {  // `a` and `a/` are one
      throw system_failure(errno, "making the directory `" + directory.string() + "`");
    }
  }
  require_directory(directory);
}

void sync_directory(const fs::path& directory) {
  const model::FileDescriptor file(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Who may write into a directory need not be allowed to read it.
  const bool failed =
      file.is_open() ? ::fsync(file.get()) != 0 && !knows_no_sync(errno) : errno != EACCES;
  if (failed) {
    throw system_failure(errno, "syncing `" + directory.string() + "`");
  }
}

void sync_directories(const fs::path& directory) {
  sync_directory(directory);
  struct stat inner {};
  struct stat outer {};
  // Above a file system of its own, nothing was made for it; what is another user's is that user's.
  for (fs::path path = fs::canonical(directory);
       path.has_relative_path() && ::lstat(path.c_str(), &inner) == 0 &&
       ::lstat(path.parent_path().c_str(), &outer) == 0 && inner.st_uid == ::geteuid() &&
       inner.st_dev == outer.st_dev;
       path = path.parent_path()) {
    sync_directory(path.parent_path());
  }
}

}  // namespace duroxide::storage
