#include "provider/full_disk.hpp"

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <string>
#include <system_error>

#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;

struct Disk {
  std::mutex mutex;
  fs::path directory;  ///< empty if there is none
  std::uint64_t size = 0;
};

Disk& disk() {
  static Disk instance;
  return instance;
}

std::uint64_t used_bytes(const fs::path& directory) {
  std::uint64_t used = 0;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory, ignored)) {
    const auto bytes = entry.is_regular_file(ignored) ? entry.file_size(ignored) : 0;
    used += ignored ? 0 : bytes;
  }
  return used;
}

std::uint64_t room_of(const Disk& of) {
  const std::uint64_t used = used_bytes(of.directory);
  return of.size > used ? of.size - used : 0;
}

/// How far a file may be written that would then end at `end`.
std::uint64_t allowed_end(int file, std::uint64_t end) {
  const std::lock_guard lock(disk().mutex);
  if (disk().directory.empty()) {
    return end;
  }
  std::error_code ignored;
  const auto path = fs::read_symlink("/proc/self/fd/" + std::to_string(file), ignored);
  struct stat info {};
  if (ignored || path.parent_path() != disk().directory || ::fstat(file, &info) != 0) {
    return end;
  }
  return std::min(end, static_cast<std::uint64_t>(info.st_size) + room_of(disk()));
}

/// How many of `bytes` from `offset` on there is room for.
std::size_t allowed_bytes(int file, std::size_t bytes, off_t offset) {
  const auto from = static_cast<std::uint64_t>(offset);
  const std::uint64_t end = allowed_end(file, from + bytes);
  return end > from ? static_cast<std::size_t>(end - from) : 0;
}

ssize_t write_some(int file, const void* from, std::size_t bytes, off_t offset) {
  const std::size_t allowed = allowed_bytes(file, bytes, offset);
  if (allowed == 0 && bytes > 0) {
    errno = ENOSPC;
    return -1;
  }
  return ::syscall(SYS_pwrite64, file, from, allowed, offset);
}

ssize_t write_parts(int file, const iovec* parts, int count) {
  const off_t offset = ::lseek(file, 0, SEEK_CUR);
  std::size_t bytes = 0;
  for (int i = 0; i < count; ++i) {
    bytes += parts[i].iov_len;
  }
  if (offset < 0 || allowed_bytes(file, bytes, offset) == bytes) {
    return ::syscall(SYS_writev, file, parts, count);
  }
  // The first part alone: who asks for less gets less.
  const ssize_t written = write_some(file, parts->iov_base, parts->iov_len, offset);
  if (written > 0) {
    (void)::lseek(file, written, SEEK_CUR);
  }
  return written;
}

int allocate(int file, off_t offset, off_t bytes) {
  const auto end = static_cast<std::uint64_t>(offset + bytes);
  if (allowed_end(file, end) < end) {
    return ENOSPC;
  }
  return ::syscall(SYS_fallocate, file, 0, offset, bytes) == 0 ? 0 : errno;
}

}  // namespace

// Stand in for functions of the C library in this whole program, LMDB and the library included. The
// names are given to the assembler, as the headers declare these functions in ways of their own.
#define DUROXIDE_STANDS_IN(name) __asm__(name) __attribute__((visibility("default"), used))

extern "C" {

ssize_t disk_pwrite(int file, const void* from, std::size_t bytes, off_t offset)
    DUROXIDE_STANDS_IN("pwrite");
ssize_t disk_pwrite64(int file, const void* from, std::size_t bytes, off_t offset)
    DUROXIDE_STANDS_IN("pwrite64");
ssize_t disk_writev(int file, const iovec* parts, int count) DUROXIDE_STANDS_IN("writev");
int disk_fallocate(int file, off_t offset, off_t bytes) DUROXIDE_STANDS_IN("posix_fallocate");
int disk_fallocate64(int file, off_t offset, off_t bytes) DUROXIDE_STANDS_IN("posix_fallocate64");

ssize_t disk_pwrite(int file, const void* from, std::size_t bytes, off_t offset) {
  return write_some(file, from, bytes, offset);
}
ssize_t disk_pwrite64(int file, const void* from, std::size_t bytes, off_t offset) {
  return write_some(file, from, bytes, offset);
}
ssize_t disk_writev(int file, const iovec* parts, int count) {
  return write_parts(file, parts, count);
}
int disk_fallocate(int file, off_t offset, off_t bytes) {
  return allocate(file, offset, bytes);
}
int disk_fallocate64(int file, off_t offset, off_t bytes) {
  return allocate(file, offset, bytes);
}

}  // extern "C"

namespace duroxide::testing {

FullDisk::FullDisk(const std::filesystem::path& directory, std::uint64_t free_bytes) {
  const std::lock_guard lock(disk().mutex);
  disk().directory = fs::canonical(directory);
  disk().size = used_bytes(disk().directory) + free_bytes;
}

FullDisk::~FullDisk() {
  const std::lock_guard lock(disk().mutex);
  disk().directory.clear();
}

void FullDisk::add(std::uint64_t bytes) {
  const std::lock_guard lock(disk().mutex);
  disk().size += bytes;
}

std::uint64_t FullDisk::free_bytes() const {
  const std::lock_guard lock(disk().mutex);
  return room_of(disk());
}

}  // namespace duroxide::testing
