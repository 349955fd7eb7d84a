#include "storage/disk_calls.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/on_linux.hpp"

namespace duroxide::storage {

#if DUROXIDE_ON_LINUX

int flush_bytes(int file) {
  return ::fdatasync(file);
}

int take_room(int file, off_t offset, off_t bytes) {
  return ::posix_fallocate(file, offset, bytes);
}

bool write_past_cache(int file, bool past) {
  const int flags = ::fcntl(file, F_GETFL);
  return flags >= 0 && ::fcntl(file, F_SETFL, past ? flags | O_DIRECT : flags & ~O_DIRECT) == 0;
}

#else

int flush_bytes(int file) {
#ifdef F_FULLFSYNC
  // There, `fsync` ends when the disk has the bytes in a memory that loses them with the power.
  return ::fcntl(file, F_FULLFSYNC);
#else
  return ::fsync(file);
#endif
}

// Writes zeros behind the end. What the file has already it keeps, holes too.
int take_room(int file, off_t offset, off_t bytes) {
  struct stat info {};
  if (::fstat(file, &info) != 0) {
    return errno;
  }
  constexpr off_t at_once = 65'536;
  const std::array<char, at_once> zeros{};
  const off_t end = offset + bytes;
  for (off_t at = std::max(offset, info.st_size); at < end;) {
    const auto size = static_cast<std::size_t>(std::min(at_once, end - at));
    const ssize_t written = ::pwrite(file, zeros.data(), size, at);
    if (written > 0) {
      at += written;
    } else if (written == 0 || errno != EINTR) {
      return written == 0 ? EIO : errno;
    }
  }
  return 0;
}

// They go through it always.
bool write_past_cache(int /*file*/, bool past) {
  return !past;
}

#endif

}  // namespace duroxide::storage
