// Stand in for functions of the C library in this whole program, LMDB and the library included. The
// names are given to the assembler, as the headers declare these functions in ways of their own.

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <ctime>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "faults/failing_calls.hpp"

namespace asked = duroxide::faults::asked;
using duroxide::faults::Call;

#define DUROXIDE_STANDS_IN(name) __asm__(name) __attribute__((visibility("default"), used))

namespace {

/// Fails as it is asked to, or gives what `make` gives.
template <class Make>
auto made_unless(int code, const Make& make) -> decltype(make()) {
  if (code != 0) {
    errno = code;
    return static_cast<decltype(make())>(-1);
  }
  return make();
}

int open_at(int directory, const char* path, int flags, unsigned int mode) {
  return made_unless(asked::of_path(Call::open, path), [&] {
    return static_cast<int>(::syscall(SYS_openat, directory, path, flags, mode));
  });
}

/// `write` writes so many bytes. `offset` is negative for where the descriptor stands.
template <class Write>
ssize_t write_to(int file, std::int64_t offset, std::size_t count, const Write& write) {
  const int code = asked::of_write(file, offset);
  return code == duroxide::faults::half_done ? write(count / 2)
                                             : made_unless(code, [&] { return write(count); });
}

std::size_t bytes_of(const iovec* parts, int count) {
  std::size_t bytes = 0;
  for (int i = 0; i < count; ++i) {
    bytes += parts[i].iov_len;
  }
  return bytes;
}

}  // namespace

extern "C" {

int faults_open(const char* path, int flags, ...) DUROXIDE_STANDS_IN("open");
int faults_open64(const char* path, int flags, ...) DUROXIDE_STANDS_IN("open64");
ssize_t faults_pread(int file, void* to, std::size_t count, off_t at) DUROXIDE_STANDS_IN("pread");
ssize_t faults_pread64(int file, void* to, std::size_t count, off_t at)
    DUROXIDE_STANDS_IN("pread64");
ssize_t faults_write(int file, const void* from, std::size_t count) DUROXIDE_STANDS_IN("write");
ssize_t faults_pwrite(int file, const void* from, std::size_t count, off_t at)
    DUROXIDE_STANDS_IN("pwrite");
ssize_t faults_pwrite64(int file, const void* from, std::size_t count, off_t at)
    DUROXIDE_STANDS_IN("pwrite64");
ssize_t faults_writev(int file, const iovec* parts, int count) DUROXIDE_STANDS_IN("writev");
int faults_fsync(int file) DUROXIDE_STANDS_IN("fsync");
int faults_fdatasync(int file) DUROXIDE_STANDS_IN("fdatasync");
int faults_ftruncate(int file, off_t size) DUROXIDE_STANDS_IN("ftruncate");
int faults_ftruncate64(int file, off_t size) DUROXIDE_STANDS_IN("ftruncate64");
int faults_posix_fallocate(int file, off_t offset, off_t bytes)
    DUROXIDE_STANDS_IN("posix_fallocate");
int faults_posix_fallocate64(int file, off_t offset, off_t bytes)
    DUROXIDE_STANDS_IN("posix_fallocate64");
void* faults_mmap(void* at, std::size_t bytes, int protection, int flags, int file, off_t offset)
    DUROXIDE_STANDS_IN("mmap");
void* faults_mmap64(void* at, std::size_t bytes, int protection, int flags, int file, off_t offset)
    DUROXIDE_STANDS_IN("mmap64");
int faults_rename(const char* from, const char* to) DUROXIDE_STANDS_IN("rename");
int faults_unlink(const char* path) DUROXIDE_STANDS_IN("unlink");
int faults_clock_gettime(clockid_t clock, timespec* time) DUROXIDE_STANDS_IN("clock_gettime");

#define DUROXIDE_OPEN                                                               \
  std::va_list arguments;                                                           \
  va_start(arguments, flags);                                                       \
  const bool has_mode = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE; \
  const unsigned int mode = has_mode ? va_arg(arguments, unsigned int) : 0U;        \
  va_end(arguments);                                                                \
  return open_at(AT_FDCWD, path, flags, mode)

int faults_open(const char* path, int flags, ...) {
  DUROXIDE_OPEN;
}
int faults_open64(const char* path, int flags, ...) {
  DUROXIDE_OPEN;
}

ssize_t faults_pread(int file, void* to, std::size_t count, off_t at) {
  return made_unless(asked::of_file(Call::read, file),
                     [&] { return ::syscall(SYS_pread64, file, to, count, at); });
}
ssize_t faults_pread64(int file, void* to, std::size_t count, off_t at) {
  return faults_pread(file, to, count, at);
}

ssize_t faults_write(int file, const void* from, std::size_t count) {
  return write_to(file, -1, count,
                  [&](std::size_t bytes) { return ::syscall(SYS_write, file, from, bytes); });
}
ssize_t faults_pwrite(int file, const void* from, std::size_t count, off_t at) {
  return write_to(file, at, count, [&](std::size_t bytes) {
    return ::syscall(SYS_pwrite64, file, from, bytes, at);
  });
}
ssize_t faults_pwrite64(int file, const void* from, std::size_t count, off_t at) {
  return faults_pwrite(file, from, count, at);
}
ssize_t faults_writev(int file, const iovec* parts, int count) {
  return write_to(file, -1, bytes_of(parts, count), [&](std::size_t bytes) {
    const bool all = bytes == bytes_of(parts, count);
    return all ? ::syscall(SYS_writev, file, parts, count)
               : ::syscall(SYS_write, file, parts->iov_base, std::min(bytes, parts->iov_len));
  });
}

int faults_fsync(int file) {
  return made_unless(asked::of_file(Call::flush, file),
                     [&] { return static_cast<int>(::syscall(SYS_fsync, file)); });
}
int faults_fdatasync(int file) {
  return made_unless(asked::of_file(Call::flush, file),
                     [&] { return static_cast<int>(::syscall(SYS_fdatasync, file)); });
}
int faults_ftruncate(int file, off_t size) {
  return made_unless(asked::of_file(Call::resize, file),
                     [&] { return static_cast<int>(::syscall(SYS_ftruncate, file, size)); });
}
int faults_ftruncate64(int file, off_t size) {
  return faults_ftruncate(file, size);
}
// This one gives its error instead of setting it.
int faults_posix_fallocate(int file, off_t offset, off_t bytes) {
  const int code = asked::of_file(Call::reserve, file);
  return code != 0 ? code : (::syscall(SYS_fallocate, file, 0, offset, bytes) == 0 ? 0 : errno);
}
int faults_posix_fallocate64(int file, off_t offset, off_t bytes) {
  return faults_posix_fallocate(file, offset, bytes);
}

void* faults_mmap(void* at, std::size_t bytes, int protection, int flags, int file, off_t offset) {
  const int code = file < 0 ? 0 : asked::of_file(Call::map, file);
  return reinterpret_cast<void*>(made_unless(
      code, [&] { return ::syscall(SYS_mmap, at, bytes, protection, flags, file, offset); }));
}
void* faults_mmap64(void* at, std::size_t bytes, int protection, int flags, int file,
                    off_t offset) {
  return faults_mmap(at, bytes, protection, flags, file, offset);
}

int faults_rename(const char* from, const char* to) {
  return made_unless(asked::of_path(Call::rename, from), [&] {
    return static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0U));
  });
}
int faults_unlink(const char* path) {
  return made_unless(asked::of_path(Call::remove, path),
                     [&] { return static_cast<int>(::syscall(SYS_unlinkat, AT_FDCWD, path, 0)); });
}

int faults_clock_gettime(clockid_t clock, timespec* time) {
  const int result = static_cast<int>(::syscall(SYS_clock_gettime, clock, time));
  if (result == 0 && clock == CLOCK_REALTIME && asked::clock_offset() != 0) {
    constexpr std::int64_t second = 1'000'000'000;
    const std::int64_t sum =
        static_cast<std::int64_t>(time->tv_sec) * second + time->tv_nsec + asked::clock_offset();
    time->tv_sec = static_cast<time_t>(sum / second);
    time->tv_nsec = static_cast<long>(sum % second);
  }
  return result;
}

}  // extern "C"
