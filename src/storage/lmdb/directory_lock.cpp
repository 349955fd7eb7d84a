#include "storage/lmdb/directory_lock.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/lmdb/lmdb_error.hpp"
#include "storage/private_files.hpp"

namespace duroxide::storage {

namespace {

struct Registry {
  std::mutex mutex;
  std::set<std::pair<dev_t, ino_t>> open;
};

Registry& registry() {
  static Registry instance;
  return instance;
}

constexpr std::string_view a_reader =
    "a reader that must not write there; try again when it has ended";

[[noreturn]] void throw_in_use(const std::filesystem::path& directory, const std::string& holder,
                               bool retryable = false) {
  throw StorageFailure(ProviderError::Kind::in_use,
                       "the store `" + directory.string() + "` is in use by " + holder, retryable);
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

/// 0, or the code of the error. Whoever only looks for an owner, or takes a short snapshot, shares the
/// lock for less time than this waits.
int lock_for_writing(int file) {
  constexpr int attempts = 40;
  constexpr auto pause = std::chrono::milliseconds(5);
  for (int attempt = 1;; ++attempt) {
    if (::flock(file, LOCK_EX | LOCK_NB) == 0) {
      return 0;
    }
    const int code = errno;
    const bool is_shared = code == EWOULDBLOCK && ::flock(file, LOCK_SH | LOCK_NB) == 0;
    if (!is_shared || attempt == attempts) {
      return code;
    }
    (void)::flock(file, LOCK_UN);
    std::this_thread::sleep_for(pause);
  }
}

/// The lock file; not open if there is none.
model::FileDescriptor open_to_look(const std::filesystem::path& directory) {
  return open_file(directory / lock_file_name, O_RDONLY);
}

}  // namespace

ProcessClaim::ProcessClaim(const std::filesystem::path& directory) {
  struct stat info {};
  if (::stat(directory.c_str(), &info) != 0) {
    throw lmdb_failure(errno, "looking at `" + directory.string() + "`");
  }
  const std::pair id{info.st_dev, info.st_ino};
  const std::lock_guard guard(registry().mutex);
  if (!registry().open.insert(id).second) {
    throw_in_use(directory, "this process (" + std::to_string(::getpid()) + ")");
  }
  id_ = id;
}

void ProcessClaim::release() {
  if (id_) {
    const std::lock_guard guard(registry().mutex);
    registry().open.erase(*id_);
    id_.reset();
  }
}

DirectoryLock::DirectoryLock(const std::filesystem::path& directory) : claim_(directory) {
  const auto path = directory / lock_file_name;
  // An opening that fails takes away the file that it has made: a lock on that would be none.
  while (!file_.is_open() || !is_at(path, file_.get())) {
    file_ = open_file(path, O_RDWR);
    created_ = false;
    if (!file_.is_open()) {
      file_ = make_file(path);
      created_ = file_.is_open();
    }
    if (file_.is_open()) {
      lock(directory);
    }
  }
}

void DirectoryLock::lock(const std::filesystem::path& directory) {
  const int code = lock_for_writing(file_.get());
  if (code == EWOULDBLOCK) {
    const bool is_read = ::flock(file_.get(), LOCK_SH | LOCK_NB) == 0;
    throw_in_use(directory, is_read ? std::string(a_reader) : read_holder(file_.get()), is_read);
  }
  if (code != 0) {
    throw lmdb_failure(code, "locking `" + (directory / lock_file_name).string() + "`");
  }
}

void DirectoryLock::write_holder() const {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) {
    host[0] = '?';
  }
  const std::string text =
      "process " + std::to_string(::getpid()) + " on host " + host.data() + "\n";
  // What stands there is for people only, so that a failure to write it is none of the store's.
  if (::ftruncate(file_.get(), 0) != 0 || ::pwrite(file_.get(), text.data(), text.size(), 0) < 0) {
    errno = 0;
  }
}

model::FileDescriptor DirectoryLock::second_holder() const {
  return model::FileDescriptor(::fcntl(file_.get(), F_DUPFD_CLOEXEC, 0));
}

void DirectoryLock::release() {
  file_.reset();
  claim_.release();
}

SharedDirectoryLock::SharedDirectoryLock(const std::filesystem::path& directory)
    : file_(open_to_look(directory)) {
  if (!file_.is_open() || ::flock(file_.get(), LOCK_SH | LOCK_NB) == 0) {
    return;
  }
  const int code = errno;
  if (code == EWOULDBLOCK) {
    throw_in_use(directory, read_holder(file_.get()));
  }
  throw lmdb_failure(code, "locking `" + (directory / lock_file_name).string() + "`");
}

std::optional<std::string> owner_of(const std::filesystem::path& directory) {
  const model::FileDescriptor file = open_to_look(directory);
  if (!file.is_open() || ::flock(file.get(), LOCK_SH | LOCK_NB) == 0) {
    return std::nullopt;
  }
  return read_holder(file.get());
}

}  // namespace duroxide::storage
