#include "model/stream_socket.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include "model/on_linux.hpp"

#if !DUROXIDE_ON_LINUX
#include "model/descriptor_flags.hpp"
#endif

namespace duroxide::model {

#if DUROXIDE_ON_LINUX

FileDescriptor make_socket(int family, bool waits) {
  return FileDescriptor(
      ::socket(family, SOCK_STREAM | SOCK_CLOEXEC | (waits ? 0 : SOCK_NONBLOCK), 0));
}

FileDescriptor accept_peer(int listening) {
  return FileDescriptor(::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
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

#endif

ssize_t send_quietly(int socket, const char* bytes, std::size_t size) {
#ifdef MSG_NOSIGNAL
  constexpr int no_signal = MSG_NOSIGNAL;
#else
  constexpr int no_signal = 0;  // the socket was made so that there is none
#endif
  return ::send(socket, bytes, size, no_signal);
}

}  // namespace duroxide::model
