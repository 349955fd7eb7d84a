#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>

#include <lmdb.h>
#include <sys/types.h>

#include "model/file_descriptor.hpp"

namespace duroxide::storage {

/// The files of an open store, watched for what others may do to them: to write into a file that was
/// removed, replaced, moved away or cut short would acknowledge what nobody can find again. Commits
/// go on if the whole directory is moved, which what opens the database anew by its path (`verify`,
/// backups) does not find then.
class LiveFiles {
 public:
  /// `env` has the database in `directory` open. Throws `StorageFailure` if the files cannot be looked
  /// at.
  LiveFiles(const std::filesystem::path& directory, MDB_env* env);

  /// Throws `StorageFailure` if a file is no longer where it was, or if the database is shorter than
  /// it was after the last commit. Two system calls. For any thread.
  void require_whole() const;
  /// The same, after a commit, which may have made the database longer. For the thread that commits to the
  /// database.
  void require_written();

 private:
  struct File {
    const char* name;
    dev_t device = 0;
    ino_t inode = 0;
  };

  /// The length of a file that is where it was, in bytes. A file that cannot be looked at, which says
  /// nothing about it, is taken for a long one.
  [[nodiscard]] std::int64_t length_of(const File& file) const;

  /// The length of the database, when both files are as they should be; throws as `require_whole`.
  [[nodiscard]] std::int64_t checked_length() const;

  std::filesystem::path directory_;
  model::FileDescriptor descriptor_;  ///< of the directory, wherever it is moved
  std::array<File, 2> files_;
  std::atomic<std::int64_t> written_{0};  ///< length of the database after a commit, in bytes
};

}  // namespace duroxide::storage
