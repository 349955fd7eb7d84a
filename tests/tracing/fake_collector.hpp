#pragma once

#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "model/file_descriptor.hpp"

namespace duroxide::tracing_test {

/// Takes requests of HTTP at a port of its own, one after the other, and answers the first with the first
/// answer, and so on; those beyond the last with the last. One that is empty closes the connection, one that
/// is `never` leaves it open.
class FakeCollector {
 public:
  static constexpr const char* never = "never";

  explicit FakeCollector(std::vector<std::string> answers) : answers_(std::move(answers)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const common = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listening_.get(), common, size) != 0 || ::listen(listening_.get(), 8) != 0 ||
        ::getsockname(listening_.get(), common, &size) != 0) {
      throw std::runtime_error("cannot listen");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  FakeCollector(const FakeCollector&) = delete;
  FakeCollector& operator=(const FakeCollector&) = delete;
  ~FakeCollector() {
    ::shutdown(listening_.get(), SHUT_RDWR);
    thread_.join();
  }

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// Those that came in full: head, empty line and body.
  [[nodiscard]] std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

  static std::string with_status(int status) {
    return "HTTP/1.1 " + std::to_string(status) + " Said\r\nContent-Length: 2\r\n\r\n{}";
  }
  static std::string body_of(const std::string& request) {
    return request.substr(request.find("\r\n\r\n") + 4);
  }

 private:
  void run() {
    while (true) {
      model::FileDescriptor peer(::accept(listening_.get(), nullptr, nullptr));
      if (!peer.is_open()) {
        return;
      }
      std::string request = receive(peer.get());
      std::string answer;
      {
        const std::lock_guard lock(mutex_);
        answer = answers_.at(std::min(requests_.size(), answers_.size() - 1));
        requests_.push_back(std::move(request));
      }
      if (answer == never) {
        open_.push_back(std::move(peer));
      } else {
        (void)::send(peer.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
      }
    }
  }

  static std::string receive(int peer) {
    constexpr const char* length = "Content-Length: ";
    std::string request;
    char bytes[4096];
    while (true) {
      const std::size_t head = request.find("\r\n\r\n");
      const std::size_t field = request.find(length);
      if (head != std::string::npos && field != std::string::npos &&
          request.size() ==
              head + 4 + std::stoul(request.substr(field + std::string(length).size()))) {
        return request;
      }
      const ssize_t received = ::recv(peer, bytes, sizeof(bytes), 0);
      if (received <= 0) {
        return request;
      }
      request.append(bytes, static_cast<std::size_t>(received));
    }
  }

  const std::vector<std::string> answers_;
  const model::FileDescriptor listening_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::vector<model::FileDescriptor> open_;  ///< of the thread
  std::thread thread_;
};

}  // namespace duroxide::tracing_test
