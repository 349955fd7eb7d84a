#pragma once

#include <filesystem>
#include <string>

#include <sys/stat.h>

#include "model/file_descriptor.hpp"
#include "storage/storage_failure.hpp"

namespace duroxide::storage {

/// The files of a store are their owner's alone: made with mode 0600 in directories of mode 0700, and
/// opened without following a link and without waiting for the other end of a pipe. All throw
/// `StorageFailure` for what must not be used: `permission_denied` for a link and for what belongs to
/// another user, `foreign_store` for what is no file.
///
/// What is only open to others is used as it is, and told (`exposure_of`): somebody may have meant it,
/// so nobody changes the mode of what is there.

/// A path as it stands in messages.
[[nodiscard]] std::string quoted(const std::filesystem::path& path);

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
[[nodiscard]] model::FileDescriptor open_file(const std::filesystem::path& path, int access);

/// Makes a file and opens it to read and write. Not open if there is anything of that name. What root
/// makes in the directory of another user is that user's, who could not use it otherwise.
[[nodiscard]] model::FileDescriptor make_file(const std::filesystem::path& path);

/// What others can do with a file or a directory, and the command that mends it, for messages;
/// empty if nothing. `mode` is what it should have.
struct Exposure {
  std::string found;
  std::string command;
};
[[nodiscard]] Exposure exposure_of(const std::filesystem::path& path, const char* mode);

/// Whether the path names the very file that is open.
[[nodiscard]] bool is_at(const std::filesystem::path& path, int file);

}  // namespace duroxide::storage
