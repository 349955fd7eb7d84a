#include "gateway/http/listener.hpp"

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "gateway/unix_socket.hpp"

namespace duroxide::gateway::http {

namespace {

constexpr int backlog = 64;

CommandError failed_at(const std::string& place, const std::string& why) {
  return {CommandError::Kind::failed, "HTTP cannot listen at " + place + ": " + why};
}

std::string reason(int code) {
  return std::generic_category().message(code);
}

/// Whether there is nothing in the way of a socket of this address, or was until now.
Result<void, CommandError> make_way(const sockaddr_un& address, const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) {
    return {};  // binding says why, if it is not that there is nothing
  }
  if (!S_ISSOCK(info.st_mode) || info.st_uid != ::geteuid()) {
    return failure(
        failed_at("`" + path + "`", "there is something that is no socket of this user's"));
  }
  const model::FileDescriptor probe(make_unix_socket(false));
  if (!probe.is_open()) {
    return failure(failed_at("`" + path + "`", reason(errno)));
  }
  if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 ||
      errno == EAGAIN) {
    return failure(failed_at("`" + path + "`", "somebody listens there already"));
  }
  if (errno != ECONNREFUSED && errno != ENOENT) {
    return failure(failed_at("`" + path + "`", "whether somebody listens there: " + reason(errno)));
  }
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    return failure(failed_at("`" + path + "`", reason(errno)));
  }
  return {};
}

}  // namespace

Listener::Listener(model::FileDescriptor socket, std::uint16_t port, std::filesystem::path file)
    : socket_(std::move(socket)), port_(port), file_(std::move(file)) {}

Listener::Listener(Listener&& other) noexcept
    : socket_(std::move(other.socket_)),
      port_(other.port_),
      file_(std::exchange(other.file_, {})) {}

Listener::~Listener() {
  if (!file_.empty()) {
    ::unlink(file_.c_str());
  }
}

Result<Listener, CommandError> Listener::on_loopback(std::uint16_t port) {
  const std::string place = "127.0.0.1:" + std::to_string(port);
  model::FileDescriptor socket(make_socket(AF_INET, false));
  const int yes = 1;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  auto* const its_address = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof(address);
  if (!socket.is_open() ||
      ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
      ::bind(socket.get(), its_address, size) != 0 || ::listen(socket.get(), backlog) != 0 ||
      ::getsockname(socket.get(), its_address, &size) != 0) {
    return failure(failed_at(place, reason(errno)));
  }
  return Listener(std::move(socket), ntohs(address.sin_port), {});
}

Result<Listener, CommandError> Listener::on_unix_socket(const std::filesystem::path& path) {
  const std::string place = path.string();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (place.size() >= sizeof(address.sun_path)) {
    return failure(failed_at("`" + place + "`", "the path of a Unix socket has at most 107 bytes"));
  }
  std::copy(place.begin(), place.end(), std::begin(address.sun_path));
  if (auto free = make_way(address, place); !free) {
    return failure(std::move(free).error());
  }
  auto file = std::filesystem::absolute(path);
  constexpr mode_t owner_only = 0600;
  model::FileDescriptor socket(make_unix_socket(false));
  if (!socket.is_open() || ::fchmod(socket.get(), owner_only) != 0 ||
      ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return failure(failed_at("`" + place + "`", reason(errno)));
  }
  Listener listener(std::move(socket), 0, std::move(file));  // which removes the file from now on
  // Nobody can connect before it listens, and then it is its owner's alone.
  if (::chmod(address.sun_path, owner_only) != 0 ||
      ::listen(listener.socket_.get(), backlog) != 0) {
    return failure(failed_at("`" + place + "`", reason(errno)));
  }
  return listener;
}

}  // namespace duroxide::gateway::http
