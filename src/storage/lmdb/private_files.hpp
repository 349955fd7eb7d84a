#pragma once

#include <filesystem>
#include <string>

#include <lmdb.h>
#include <sys/stat.h>

#include <duroxide/log.hpp>

#include "model/file_descriptor.hpp"

namespace duroxide::storage {

/// The files of a store are their owner's alone: made with mode 0600 in directories of mode 0700, and
/// opened without following a link and without waiting for the other end of a pipe. All throw
/// `StorageFailure` for what must not be used: `permission_denied` for a link and for what belongs to
/// another user, `foreign_store` for what is no file.
///
/// What is only open to others is used as it is, and `told_exposure` says so: somebody may have meant
/// it, so nobody changes the mode of what is there.

/// What something is wanted for. A file that is only read may belong to whoever owns its directory;
/// one that is written must be the user's own and have no second name.
enum class Use { read, write };

/// Refuses a directory that is a link, unless the path ends with a slash, or that is none.
void require_directory(const std::filesystem::path& directory);

/// Refuses what belongs to another user.
void require_owner(const struct stat& info, const std::filesystem::path& path, Use use);

/// Refuses what must not be used. Returns false if there is nothing of that name.
bool require_file(const std::filesystem::path& path, Use use);

/// Opens a file that is there, with `O_RDONLY` or `O_RDWR`. Not open if there is none.
[[nodiscard]] FileDescriptor open_file(const std::filesystem::path& path, int access);

/// Makes a file and opens it to read and write. Not open if there is anything of that name. What root
/// makes in the directory of another user is that user's, who could not use it otherwise.
[[nodiscard]] FileDescriptor make_file(const std::filesystem::path& path);

/// What others can do with a file or a directory, and the command that mends it, for messages;
/// empty if nothing. `mode` is what it should have.
struct Exposure {
  std::string found;
  std::string command;
};
[[nodiscard]] Exposure exposure_of(const std::filesystem::path& path, const char* mode);

/// Whether the path names the very file that is open.
[[nodiscard]] bool is_at(const std::filesystem::path& path, int file);

/// Refuses a store of which any part must not be used. Nothing need be there.
void require_store_files(const std::filesystem::path& directory, Use use);

/// Which parts of a store users other than its owner can get at, with their modes and the command
/// that mends it; empty if none.
[[nodiscard]] std::string told_exposure(const std::filesystem::path& directory);

/// Says it in a log, if there is one.
void warn_of_exposure(const std::filesystem::path& directory, const LogSink& log);

/// The files that LMDB opens by their names: fit to be used before it does, and the same afterwards.
class LmdbFiles {
 public:
  /// Makes those that are not there, of a store that is only read just the lock file.
  LmdbFiles(const std::filesystem::path& directory, Use use);
  /// Throws if other files were put in their places before LMDB opened them.
  void require_same(MDB_env* env) const;

 private:
  std::filesystem::path data_;
  std::filesystem::path lock_;
  struct stat lock_before_ {};
};

}  // namespace duroxide::storage
