#pragma once

#include <filesystem>

#include <duroxide/result.hpp>

#include "gateway/command_error.hpp"
#include "gateway/socket_path.hpp"
#include "model/file_descriptor.hpp"

namespace duroxide::gateway {

/// The control socket of a store, open for connections. The file is removed with it.
class ListeningSocket {
 public:
  /// To be called by the owner of the store only: a socket that is there already was left behind by
  /// a process that has died, and is replaced. Errors: `failed`; the message names the file.
  [[nodiscard]] static Result<ListeningSocket, CommandError> open(
      const std::filesystem::path& directory);

  ~ListeningSocket();
  ListeningSocket(ListeningSocket&&) = default;
  ListeningSocket& operator=(ListeningSocket&&) = delete;

  [[nodiscard]] int file() const { return socket_.get(); }

 private:
  ListeningSocket(SocketPath path, model::FileDescriptor socket);

  SocketPath path_;
  model::FileDescriptor socket_;
};

}  // namespace duroxide::gateway
