#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include <sys/types.h>

#include "model/file_descriptor.hpp"

namespace duroxide::storage {

/// The file whose lock says who owns the store.
inline constexpr const char* lock_file_name = "duroxide.lock";

/// Says within this process that a store is open: LMDB forbids a process to open one twice.
class ProcessClaim {
 public:
  /// Throws `StorageFailure`, `in_use` among others.
  explicit ProcessClaim(const std::filesystem::path& directory);
  ~ProcessClaim() { release(); }
  ProcessClaim(ProcessClaim&& other) noexcept : id_(std::exchange(other.id_, std::nullopt)) {}
  ProcessClaim& operator=(ProcessClaim&&) = delete;

  void release();

 private:
  std::optional<std::pair<dev_t, ino_t>> id_;
};

/// Exclusive ownership of a store's directory, among processes and within this one.
class DirectoryLock {
 public:
  /// Makes the lock file if there is none. Throws `StorageFailure`, `in_use` with the holder's name
  /// among others.
  explicit DirectoryLock(const std::filesystem::path& directory);
  ~DirectoryLock() { release(); }
  DirectoryLock(DirectoryLock&& other) noexcept
      : claim_(std::move(other.claim_)), file_(std::move(other.file_)), created_(other.created_) {}
  DirectoryLock& operator=(DirectoryLock&&) = delete;

  /// Whether the lock file was not there before.
  [[nodiscard]] bool created() const { return created_; }
  /// Writes into the lock file who holds it.
  void write_holder() const;
  void release();
  /// Holds the lock of the file as well, until it is closed. None if no descriptor can be had.
  [[nodiscard]] model::FileDescriptor second_holder() const;

 private:
  void lock(const std::filesystem::path& directory);

  ProcessClaim claim_;
  model::FileDescriptor file_;
  bool created_ = false;
};

/// Keeps others from becoming the owner of a directory while it is read without LMDB's own locks.
/// It needs no right to write.
class SharedDirectoryLock {
 public:
  /// Throws `StorageFailure`: `in_use` if the store has an owner.
  explicit SharedDirectoryLock(const std::filesystem::path& directory);

 private:
  model::FileDescriptor file_;
};

/// Who owns a directory now, for people; nothing if nobody does. Throws `StorageFailure` if that
/// cannot be found out.
[[nodiscard]] std::optional<std::string> owner_of(const std::filesystem::path& directory);

}  // namespace duroxide::storage
