#include "gateway/unix_socket.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include "model/on_linux.hpp"

#if !DUROXIDE_ON_LINUX
// Where it is declared, it is declared so.
extern "C" int getpeereid(int peer, uid_t* user, gid_t* group);
#endif

namespace duroxide::gateway {

#if DUROXIDE_ON_LINUX

std::optional<uid_t> user_of_peer(int peer) {
  ucred credentials{};
  socklen_t size = sizeof(credentials);
  if (::getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    return std::nullopt;
  }
  return credentials.uid;
}

#else

std::optional<uid_t> user_of_peer(int peer) {
  uid_t user = 0;
  gid_t group = 0;
  if (::getpeereid(peer, &user, &group) != 0) {
    return std::nullopt;
  }
  return user;
}

#endif

model::FileDescriptor make_unix_socket(bool waits) {
  return make_socket(AF_UNIX, waits);
}

}  // namespace duroxide::gateway
