#pragma once

#include <cstdint>
#include <filesystem>

#include <duroxide/result.hpp>

#include "gateway/command_error.hpp"
#include "model/file_descriptor.hpp"

namespace duroxide::gateway::http {

/// A socket that listens, on this machine alone.
class Listener {
 public:
  /// At 127.0.0.1. 0 for a port that is free. Errors: `failed`; the message names the port.
  [[nodiscard]] static Result<Listener, CommandError> on_loopback(std::uint16_t port);
  /// A Unix socket of mode 0600, whose file is removed with this. One that was left behind is replaced, and
  /// one at which somebody listens is not. Errors: `failed`; the message names the path.
  [[nodiscard]] static Result<Listener, CommandError> on_unix_socket(
      const std::filesystem::path& path);

  ~Listener();
  Listener(Listener&& other) noexcept;
  Listener& operator=(Listener&&) = delete;

  /// Of loopback; 0 for a Unix socket.
  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Gives the socket away. The file stays this one's.
  [[nodiscard]] model::FileDescriptor take_socket() { return std::move(socket_); }

 private:
  Listener(model::FileDescriptor socket, std::uint16_t port, std::filesystem::path file);

  model::FileDescriptor socket_;
  std::uint16_t port_;
  std::filesystem::path file_;  ///< empty if there is none to remove
};

}  // namespace duroxide::gateway::http
