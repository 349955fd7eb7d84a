#include "gateway/listening_socket.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "gateway/unix_socket.hpp"
#include "gateway/wire.hpp"

namespace duroxide::gateway {

namespace {

const char* const file_name = socket_file_name.data();
constexpr int backlog = 64;

/// What a system call failed of, by its `errno`. `doing` says what was done to the socket.
auto failed(const std::filesystem::path& directory, const std::string& doing, int code) {
  return failure(CommandError{CommandError::Kind::failed,
                              doing + " `" + (directory / socket_file_name).string() +
                                  "`: " + std::generic_category().message(code)});
}

/// Removes a socket that nobody owns. Anything else of that name is somebody's, and stays.
bool remove_stale(int directory) {
  struct stat info {};
  if (::fstatat(directory, file_name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
    return errno == ENOENT;
  }
  if (!S_ISSOCK(info.st_mode)) {
    errno = EEXIST;
    return false;
  }
  return ::unlinkat(directory, file_name, 0) == 0 || errno == ENOENT;
}

/// The socket takes its file's permissions from its own, less the umask, and nobody can connect
/// before it listens. So there is no moment at which it is open to others.
bool bind_guarded(int socket, const SocketPath& path) {
  constexpr mode_t owner_only = 0600;
  const auto* address = reinterpret_cast<const sockaddr*>(&path.address());
  return ::fchmod(socket, owner_only) == 0 &&
         ::bind(socket, address, sizeof(path.address())) == 0 &&
         ::fchmodat(path.directory(), file_name, owner_only, 0) == 0 &&
         ::listen(socket, backlog) == 0;
}

}  // namespace

ListeningSocket::ListeningSocket(SocketPath path, model::FileDescriptor socket)
    : path_(std::move(path)), socket_(std::move(socket)) {}

ListeningSocket::~ListeningSocket() {
  if (socket_.is_open()) {
    ::unlinkat(path_.directory(), file_name, 0);
  }
}

Result<ListeningSocket, CommandError> ListeningSocket::open(
    const std::filesystem::path& directory) {
  SocketPath path(directory);
  if (!path.is_open()) {
    return failed(directory, "looking for", errno);
  }
  if (!remove_stale(path.directory())) {
    return failed(directory, "replacing", errno);
  }
  model::FileDescriptor socket = make_unix_socket(false);
  if (!socket.is_open()) {
    return failed(directory, "making", errno);
  }
  if (!bind_guarded(socket.get(), path)) {
    const int code = errno;
    return failed(directory, "binding", code);
  }
  return ListeningSocket(std::move(path), std::move(socket));
}

}  // namespace duroxide::gateway
