#include "gateway/engine_socket.hpp"

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "gateway/socket_path.hpp"
#include "gateway/unix_socket.hpp"
#include "gateway/wire.hpp"
#include "storage/private_files.hpp"
#include "storage/storage_failure.hpp"

namespace duroxide::gateway {

namespace {

/// What stands in the place of the socket may have been put there to be talked to instead of an
/// engine. No error if there is none.
Result<void, CommandError> check_socket(const SocketPath& path, const std::filesystem::path& file) {
  struct stat info {};
  if (::fstatat(path.directory(), file.filename().c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
    return {};  // connecting says why
  }
  if (!S_ISSOCK(info.st_mode)) {
    return failure(CommandError{CommandError::Kind::store,
                                "`" + file.string() + "` is not an engine's socket but " +
                                    (S_ISLNK(info.st_mode) ? "a link" : "something else") +
                                    "; remove it, and an engine will make its own"});
  }
  try {
    storage::require_owner(info, file, storage::Use::read);
  } catch (const storage::StorageFailure& failed) {
    return failure(CommandError{CommandError::Kind::store, failed.error().message});
  }
  return {};
}

}  // namespace

Result<model::FileDescriptor, CommandError> connect_to_engine(
    const std::filesystem::path& directory, bool waits) {
  const SocketPath path(directory);
  if (!path.is_open()) {
    return model::FileDescriptor();  // opening the store says what is wrong with it
  }
  if (auto checked = check_socket(path, directory / socket_file_name); !checked) {
    return failure(std::move(checked).error());
  }
  model::FileDescriptor socket = make_unix_socket(waits);
  const auto* address = reinterpret_cast<const sockaddr*>(&path.address());
  const int code = ::connect(socket.get(), address, sizeof(path.address())) == 0 ? 0 : errno;
  if (code == 0) {
    return socket;
  }
  if (code == EINTR) {
    // All places were taken, and nobody waits longer.
    return failure(CommandError{CommandError::Kind::interrupted, "interrupted"});
  }
  if (code == ENOENT || code == ECONNREFUSED || code == ENOTSOCK || code == EAGAIN) {
    return model::FileDescriptor();  // never made, or left behind by an engine that was killed
  }
  return failure(
      CommandError{CommandError::Kind::store, "cannot reach the engine at `" +
                                                  (directory / socket_file_name).string() +
                                                  "`: " + std::generic_category().message(code)});
}

}  // namespace duroxide::gateway
