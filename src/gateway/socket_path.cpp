#include "gateway/socket_path.hpp"

#include <cstdio>

#include <fcntl.h>
#include <sys/socket.h>

#include "gateway/wire.hpp"

namespace duroxide::gateway {

SocketPath::SocketPath(const std::filesystem::path& directory)
    : directory_(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) {
  address_.sun_family = AF_UNIX;
  std::snprintf(address_.sun_path, sizeof(address_.sun_path), "/proc/self/fd/%d/%s",
                directory_.get(), std::string(socket_file_name).c_str());
}

}  // namespace duroxide::gateway
