#include "storage/lmdb/directory_lock.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/lmdb/lmdb_error.hpp"

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

constexpr const char* database_name = "data.mdb";
constexpr const char* somebody = "another process";

/// `advice` says what the caller can do about it, with its punctuation in front.
[[noreturn]] void throw_in_use(const std::filesystem::path& directory, const std::string& holder,
                               const std::string& advice, bool retryable) {
  throw StorageFailure(ProviderError::Kind::in_use,
                       "the store `" + directory.string() + "` is in use by " + holder + advice,
                       retryable);
}

[[noreturn]] void throw_cannot_lock(const std::filesystem::path& directory) {
  throw lmdb_failure(errno, "locking the store `" + directory.string() + "`");
}

/// What somebody can do who wants to read a store that is open.
std::string reading_advice(const std::filesystem::path& directory) {
  return "; only a store that nobody has open is read from its files: ask its engine through the "
         "socket `" +
         (directory / "duroxide.sock").string() +
         "`, as the command `duroxide` does, or close it first";
}

std::string read_holder(int file) {
  std::array<char, 512> buffer{};
  const ssize_t size = ::pread(file, buffer.data(), buffer.size(), 0);
  std::string text(buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  while (!text.empty() && text.back() == '\n') {
    text.pop_back();
  }
  return text.empty() ? somebody : text;
}

enum class Others : std::uint8_t { none, owner, readers };

/// Takes the lock of a file for an owner, and tells who keeps it instead. Readers share it while they
/// look, mostly for some milliseconds, so they are waited for, about a second.
Others lock_alone(int file, const std::filesystem::path& directory) {
  constexpr int attempts = 200;
  constexpr auto pause = std::chrono::milliseconds(5);
  for (int attempt = 0; attempt < attempts; ++attempt) {
    if (::flock(file, LOCK_EX | LOCK_NB) == 0) {
      return Others::none;
    }
    if (errno != EWOULDBLOCK) {
      throw_cannot_lock(directory);
    }
    if (::flock(file, LOCK_SH | LOCK_NB) != 0) {
      return Others::owner;
    }
    (void)::flock(file, LOCK_UN);
    std::this_thread::sleep_for(pause);
  }
  return Others::readers;
}

/// Takes the lock of a file for an owner. Throws `in_use` if others keep it.
void require_alone(int file, const std::filesystem::path& directory,
                   std::string (*name_of_owner)(int)) {
  switch (lock_alone(file, directory)) {
    case Others::none:
      return;
    case Others::owner:
      throw_in_use(directory, name_of_owner(file), "", false);
    case Others::readers:
      throw_in_use(directory, "somebody who reads its files",
                   ", which nobody may change meanwhile; try again when that has ended", true);
  }
}

}  // namespace

ProcessClaim::ProcessClaim(const std::filesystem::path& directory, Use use) {
  struct stat info {};
  if (::stat(directory.c_str(), &info) != 0) {
    throw lmdb_failure(errno, "looking at `" + directory.string() + "`");
  }
  const std::pair id{info.st_dev, info.st_ino};
  const std::lock_guard guard(registry().mutex);
  if (!registry().open.insert(id).second) {
    throw_in_use(directory, "this process (" + std::to_string(::getpid()) + ")",
                 use == Use::read ? reading_advice(directory) : "", false);
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

DirectoryLock::DirectoryLock(const std::filesystem::path& directory)
    : claim_(directory, Use::write) {
  const auto path = directory / lock_file_name;
  // An opening that fails takes away the file that it has made: a lock on that would be none.
  while (!file_.is_open() || !is_at(path, file_.get())) {
    file_ = open_file(path, O_RDWR);
    created_ = false;
    if (!file_.is_open()) {
      const auto first_readers_out = lock_database(directory);
      file_ = make_file(path);
      created_ = file_.is_open();
    }
    if (file_.is_open()) {
      require_alone(file_.get(), directory, read_holder);
    }
  }
}

model::FileDescriptor DirectoryLock::lock_database(const std::filesystem::path& directory) {
  model::FileDescriptor data = open_file(directory / database_name, O_RDONLY);
  if (data.is_open()) {
    require_alone(data.get(), directory, [](int) { return std::string(somebody); });
  }
  return data;
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

StorageFailure no_store_in(const std::filesystem::path& directory) {
  return {ProviderError::Kind::no_store, "there is no store in `" + directory.string() + "`"};
}

SharedDirectoryLock::SharedDirectoryLock(const std::filesystem::path& directory) {
  const auto path = directory / lock_file_name;
  bool is_valid = false;
  while (!is_valid) {
    file_ = open_file(path, O_RDONLY);
    const bool had_owner = file_.is_open();
    if (!had_owner) {
      file_ = open_file(directory / database_name, O_RDONLY);
    }
    if (!file_.is_open()) {
      throw no_store_in(directory);
    }
    share(directory, had_owner);
    // Meanwhile the lock file may have been made, or taken away by the opening that had made it.
    struct stat info {};
    is_valid = had_owner ? is_at(path, file_.get()) : ::lstat(path.c_str(), &info) != 0;
  }
}

void SharedDirectoryLock::share(const std::filesystem::path& directory, bool had_owner) {
  if (::flock(file_.get(), LOCK_SH | LOCK_NB) == 0) {
    return;
  }
  if (errno != EWOULDBLOCK) {
    throw_cannot_lock(directory);
  }
  throw_in_use(directory, had_owner ? read_holder(file_.get()) : somebody,
               reading_advice(directory), true);
}

}  // namespace duroxide::storage
