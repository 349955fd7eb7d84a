#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>

#include <sys/types.h>

#include "model/file_descriptor.hpp"

namespace duroxide::storage {

/// The files of an open store, watched for what others may do to them: to write into a file that was
/// removed, replaced, moved away or cut short would acknowledge what nobody can find again. Moving the
/// whole directory does no harm. Safe to use from any thread.
class LiveFiles {
 public:
  /// Both files are there. Throws `StorageFailure` if they cannot be looked at.
  explicit LiveFiles(const std::filesystem::path& directory);

  /// Throws `StorageFailure` if a file is no longer where it was, or is shorter than it has been.
  /// Three system calls at most, some microseconds.
  void require_whole();

 private:
  struct File {
    const char* name;
    dev_t device = 0;
    ino_t inode = 0;
  };

  std::filesystem::path directory_;
  model::FileDescriptor descriptor_;  ///< of the directory, wherever it is moved
  std::array<File, 2> files_;
  std::atomic<std::int64_t> longest_{0};  ///< in bytes, of the database
};

}  // namespace duroxide::storage
