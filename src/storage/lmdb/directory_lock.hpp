#pragma once

#include <filesystem>
#include <optional>
#include <utility>

#include <sys/types.h>

#include "model/file_descriptor.hpp"
#include "storage/private_files.hpp"
#include "storage/storage_failure.hpp"

namespace duroxide::storage {

/// The file whose lock says who owns the store.
inline constexpr const char* lock_file_name = "duroxide.lock";

/// Says within this process that a store is open: LMDB forbids a process to open one twice.
class ProcessClaim {
 public:
  /// Throws `StorageFailure`, `in_use` among others; for whoever only reads, with what to do instead.
  ProcessClaim(const std::filesystem::path& directory, Use use);
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
  /// Makes the lock file if there is none. Waits for readers, about a second. Throws
  /// `StorageFailure`: `in_use` with the holder's name, or, to be tried again, because it is still
  /// being read.
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
  /// Readers that found no lock file share the lock of the database. While this is held there are
  /// none; it is not open if there is no database either.
  [[nodiscard]] static model::FileDescriptor lock_database(const std::filesystem::path& directory);

  ProcessClaim claim_;
  model::FileDescriptor file_;
  bool created_ = false;
};

/// What whoever wants to read a directory is told if there is nothing to read.
[[nodiscard]] StorageFailure no_store_in(const std::filesystem::path& directory);

/// Keeps everybody from becoming the owner of a directory while its files are read. It makes no file
/// and needs no right to write: where there is no lock file, as in a backup that nobody has opened yet,
/// it locks the database itself.
class SharedDirectoryLock {
 public:
  /// Throws `StorageFailure`: `in_use` if the store has an owner, with its name and what to do instead,
  /// `no_store` if there is neither lock file nor database.
  explicit SharedDirectoryLock(const std::filesystem::path& directory);

 private:
  void share(const std::filesystem::path& directory, bool had_owner);

  model::FileDescriptor file_;
};

}  // namespace duroxide::storage
