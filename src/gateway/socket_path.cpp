#include "gateway/socket_path.hpp"

#include <cerrno>
#include <cstdio>
#include <string>

#include <sys/socket.h>

#include "gateway/wire.hpp"
#include "model/held_directory.hpp"
#include "model/on_linux.hpp"

namespace duroxide::gateway {

SocketPath::SocketPath(const std::filesystem::path& directory)
    : directory_(model::hold_directory(directory, model::Links::refused)) {
  address_.sun_family = AF_UNIX;
#if DUROXIDE_ON_LINUX
  std::snprintf(address_.sun_path, sizeof(address_.sun_path), "/proc/self/fd/%d/%s",
                directory_.get(), std::string(socket_file_name).c_str());
#else
  const std::string path = (directory / socket_file_name).string();
  if (path.size() < sizeof(address_.sun_path)) {
    path.copy(address_.sun_path, path.size());
  } else if (is_open()) {
    directory_.reset();
    errno = ENAMETOOLONG;
  }
#endif
}

}  // namespace duroxide::gateway
