#include "model/held_directory.hpp"

#include <fcntl.h>

#include "model/on_linux.hpp"

namespace duroxide::model {

FileDescriptor hold_directory(const std::filesystem::path& directory, Links links) {
#if DUROXIDE_ON_LINUX
  constexpr int to_look = O_PATH;
#elif defined(O_SEARCH)
  constexpr int to_look = O_SEARCH;
#else
  constexpr int to_look = O_RDONLY;
#endif
  const int flags = to_look | O_DIRECTORY | O_CLOEXEC | (links == Links::refused ? O_NOFOLLOW : 0);
  return FileDescriptor(::open(directory.c_str(), flags));
}

}  // namespace duroxide::model
