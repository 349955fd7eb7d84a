#include "provider/lmdb/directory_lock.hpp"

#include <array>
#include <cerrno>
#include <mutex>
#include <set>
#include <string>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "provider/lmdb/lmdb_error.hpp"

namespace duroxide::storage {

namespace {

/// LMDB forbids a process to open an environment twice.
struct Registry {
  std::mutex mutex;
  std::set<std::pair<dev_t, ino_t>> open;
};

Registry& registry() {
  static Registry instance;
  return instance;
}

[[noreturn]] void throw_in_use(const std::filesystem::path& directory, const std::string& holder) {
  throw StorageFailure(ProviderError::Kind::in_use,
                       "the store `" + directory.string() + "` is in use by " + holder);
}

std::string read_holder(int file) {
  std::array<char, 512> buffer{};
  const ssize_t size = ::pread(file, buffer.data(), buffer.size(), 0);
  std::string text(buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  while (!text.empty() && text.back() == '\n') {
    text.pop_back();
  }
  return text.empty() ? "another process" : text;
}

}  // namespace

DirectoryLock::DirectoryLock(const std::filesystem::path& directory) {
  struct stat info {};
  if (::stat(directory.c_str(), &info) != 0) {
    throw lmdb_failure(errno, "looking at `" + directory.string() + "`");
  }
  const std::pair id{info.st_dev, info.st_ino};
  const auto path = directory / lock_file_name;

  const std::lock_guard guard(registry().mutex);
  if (registry().open.contains(id)) {
    throw_in_use(directory, "this process (" + std::to_string(::getpid()) + ")");
  }
  int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0 && errno == ENOENT) {
    file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    created_ = file >= 0;
  }
  if (file < 0) {
    throw lmdb_failure(errno, "opening `" + path.string() + "`");
  }
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    const int code = errno;
    const std::string holder = read_holder(file);
    ::close(file);
    if (code == EWOULDBLOCK) {
      throw_in_use(directory, holder);
    }
    throw lmdb_failure(code, "locking `" + path.string() + "`");
  }
  file_ = file;
  id_ = id;
  registry().open.insert(id);
}

void DirectoryLock::write_holder() const {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) {
    host[0] = '?';
  }
  const std::string text =
      "process " + std::to_string(::getpid()) + " on host " + host.data() + "\n";
  // What stands there is for people only, so that a failure to write it is none of the store's.
  if (::ftruncate(file_, 0) != 0 || ::pwrite(file_, text.data(), text.size(), 0) < 0) {
    errno = 0;
  }
}

void DirectoryLock::release() {
  if (file_ >= 0) {
    const std::lock_guard guard(registry().mutex);
    registry().open.erase(id_);
    ::close(std::exchange(file_, -1));
  }
}

}  // namespace duroxide::storage
