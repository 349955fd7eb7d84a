#pragma once

#include <filesystem>
#include <utility>

#include <sys/types.h>

namespace duroxide::storage {

/// The file whose lock says who owns the store.
inline constexpr const char* lock_file_name = "duroxide.lock";

/// Exclusive ownership of a store's directory, among processes and within this one.
class DirectoryLock {
 public:
  /// Makes the lock file if there is none. Throws `StorageFailure`, `in_use` with the holder's name
  /// among others.
  explicit DirectoryLock(const std::filesystem::path& directory);
  ~DirectoryLock() { release(); }
  DirectoryLock(DirectoryLock&& other) noexcept
      : file_(std::exchange(other.file_, -1)),
        created_(other.created_),
        id_(std::move(other.id_)) {}
  DirectoryLock& operator=(DirectoryLock&&) = delete;

  /// Whether the lock file was not there before.
  [[nodiscard]] bool created() const { return created_; }
  /// Writes into the lock file who holds it.
  void write_holder() const;
  void release();

 private:
  int file_ = -1;
  bool created_ = false;
  std::pair<dev_t, ino_t> id_{};
};

}  // namespace duroxide::storage
