#pragma once

#include <filesystem>
#include <string>

#include <sys/un.h>

#include "model/file_descriptor.hpp"

namespace duroxide::gateway {

/// The address of the socket in a directory, however long its path is: the directory is held open
/// and named by its descriptor. Valid as long as this. Only Linux can do that: elsewhere the path must fit into
/// an address, of some hundred bytes.
class SocketPath {
 public:
  /// `is_open` is false, and `errno` says why, if the directory cannot be looked into or is a link, or if
  /// its path is too long.
  explicit SocketPath(const std::filesystem::path& directory);

  [[nodiscard]] bool is_open() const { return directory_.is_open(); }
  [[nodiscard]] int directory() const { return directory_.get(); }
  [[nodiscard]] const sockaddr_un& address() const { return address_; }

 private:
  model::FileDescriptor directory_;
  sockaddr_un address_{};
};

}  // namespace duroxide::gateway
