#pragma once

// A peer of the HTTP server that sends what it likes, byte by byte.

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "model/file_descriptor.hpp"

namespace duroxide::testing {

/// What came back.
struct Reply {
  unsigned status = 0;                              ///< 0 if the server hung up without a word
  std::multimap<std::string, std::string> headers;  ///< by their names in small letters
  std::string body;

  [[nodiscard]] std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
  }
};

inline Reply read_reply(const std::string& bytes) {
  Reply reply;
  const std::size_t end = bytes.find("\r\n\r\n");
  if (!bytes.starts_with("HTTP/1.1 ") || end == std::string::npos) {
    return reply;
  }
  reply.status = static_cast<unsigned>(std::stoul(bytes.substr(9, 3)));
  reply.body = bytes.substr(end + 4);
  for (std::size_t line = bytes.find("\r\n"); line < end;) {
    const std::size_t next = bytes.find("\r\n", line + 2);
    const std::string text = bytes.substr(line + 2, next - line - 2);
    std::string name = text.substr(0, text.find(": "));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char each) { return static_cast<char>(std::tolower(each)); });
    reply.headers.emplace(name, text.substr(std::min(text.size(), text.find(": ") + 2)));
    line = next;
  }
  return reply;
}

/// A connection that is open.
class Peer {
 public:
  explicit Peer(std::uint16_t port, in_addr_t at = INADDR_LOOPBACK)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(at);
    address.sin_port = htons(port);
    connect(reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  }
  explicit Peer(const std::string& path)
      : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    connect(reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  }

  [[nodiscard]] bool is_connected() const { return is_connected_; }

  /// Also when the server has hung up.
  void send(std::string_view bytes) const {
    (void)::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  /// Nothing more is sent.
  void finish() const { ::shutdown(socket_.get(), SHUT_WR); }
  /// What comes next; empty at the end.
  [[nodiscard]] std::string some() const {
    std::array<char, 4096> buffer{};
    const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (size < 0 && errno == EAGAIN) {
      FAIL("the server neither says anything nor hangs up");
    }
    return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : std::string();
  }
  /// Whether something comes so soon, or the end.
  [[nodiscard]] bool has_news_within(std::chrono::milliseconds time) const {
    pollfd entry{socket_.get(), POLLIN, 0};
    return ::poll(&entry, 1, static_cast<int>(time.count())) > 0;
  }
  std::string rest() const {
    std::string all;
    for (std::string more = some(); !more.empty(); more = some()) {
      all += more;
    }
    return all;
  }
  /// Reads until `text` came; gives everything until then.
  std::string until(const std::string& text) const {
    std::string all;
    while (all.find(text) == std::string::npos) {
      const std::string more = some();
      if (more.empty()) {
        FAIL("the server hung up before it said `" << text << "`, after: " << all);
      }
      all += more;
    }
    return all;
  }

 private:
  void connect(const sockaddr* address, socklen_t size) {
    // A test that would hang fails instead.
    const timeval patience{60, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    is_connected_ = ::connect(socket_.get(), address, size) == 0;
  }

  model::FileDescriptor socket_;
  bool is_connected_ = false;
};

using HeaderLines = std::vector<std::pair<std::string, std::string>>;

/// The bytes of a request; `Host` is up to the caller.
inline std::string request_bytes(const std::string& method, const std::string& path,
                                 const HeaderLines& headers, const std::string& body = {}) {
  std::string bytes = method + " " + path + " HTTP/1.1\r\n";
  for (const auto& [name, value] : headers) {
    bytes += name + ": " + value + "\r\n";
  }
  if (!body.empty()) {
    bytes += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return bytes + "\r\n" + body;
}

}  // namespace duroxide::testing
