#include "gateway/unix_socket.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include "model/on_linux.hpp"

#if !DUROXIDE_ON_LINUX
#include "gateway/descriptor_flags.hpp"

// Where it is declared, it is declared so.
extern "C" int getpeereid(int peer, uid_t* user, gid_t* group);
#endif

namespace duroxide::gateway {

#if DUROXIDE_ON_LINUX

FileDescriptor make_socket(int family, bool waits) {
  return FileDescriptor(
      ::socket(family, SOCK_STREAM | SOCK_CLOEXEC | (waits ? 0 : SOCK_NONBLOCK), 0));
}

FileDescriptor accept_peer(int listening) {
  return FileDescriptor(::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
}

std::optional<uid_t> user_of_peer(int peer) {
  ucred credentials{};
  socklen_t size = sizeof(credentials);
  if (::getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    return std::nullopt;
  }
  return credentials.uid;
}

#else

namespace {

/// With its flags; none if they cannot be set.
FileDescriptor with_flags(int file, bool waits) {
  FileDescriptor made(file);
#ifdef SO_NOSIGPIPE
  const int on = 1;
  (void)::setsockopt(file, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof(on));
#endif
  if (!made.is_open() || !set_flags(file, waits)) {
    return {};
  }
  return made;
}

}  // namespace

FileDescriptor make_socket(int family, bool waits) {
  return with_flags(::socket(family, SOCK_STREAM, 0), waits);
}

FileDescriptor accept_peer(int listening) {
  return with_flags(::accept(listening, nullptr, nullptr), false);
}

std::optional<uid_t> user_of_peer(int peer) {
  uid_t user = 0;
  gid_t group = 0;
  if (::getpeereid(peer, &user, &group) != 0) {
    return std::nullopt;
  }
  return user;
}

#endif

FileDescriptor make_unix_socket(bool waits) {
  return make_socket(AF_UNIX, waits);
}

ssize_t send_quietly(int socket, const char* bytes, std::size_t size) {
#ifdef MSG_NOSIGNAL
  constexpr int no_signal = MSG_NOSIGNAL;
#else
  constexpr int no_signal = 0;  // the socket was made so that there is none
#endif
  return ::send(socket, bytes, size, no_signal);
}

}  // namespace duroxide::gateway
