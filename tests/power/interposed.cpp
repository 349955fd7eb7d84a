// Stand in for functions of the C library in this whole program, LMDB and the library included. The
// names are given to the assembler, as the headers declare these functions in ways of their own.

#include <cerrno>
#include <cstdarg>
#include <string>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "power/recorder.hpp"

namespace recorded = duroxide::power::recorded;

#define DUROXIDE_STANDS_IN(name) __asm__(name) __attribute__((visibility("default"), used))

namespace {

unsigned int mode_of(int flags, std::va_list arguments) {
  const bool has_mode = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  return has_mode ? va_arg(arguments, unsigned int) : 0;
}

std::string gather(const iovec* parts, int count, std::size_t written) {
  std::string bytes;
  for (int i = 0; i < count && bytes.size() < written; ++i) {
    bytes.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
  }
  bytes.resize(written);
  return bytes;
}

std::int64_t write_bytes(int file, const void* from, std::size_t count, std::int64_t offset) {
  return recorded::write(
      file, offset,
      [&] {
        return offset < 0 ? ::syscall(SYS_write, file, from, count)
                          : ::syscall(SYS_pwrite64, file, from, count, offset);
      },
      [&](std::size_t written) { return std::string(static_cast<const char*>(from), written); });
}

std::int64_t write_parts(int file, const iovec* parts, int count, std::int64_t offset) {
  return recorded::write(
      file, offset,
      [&] {
        return offset < 0 ? ::syscall(SYS_writev, file, parts, count)
                          : ::syscall(SYS_pwritev, file, parts, count, offset, 0L);
      },
      [&](std::size_t written) { return gather(parts, count, written); });
}

}  // namespace

extern "C" {

int duroxide_open(const char* path, int flags, ...) DUROXIDE_STANDS_IN("open");
int duroxide_open64(const char* path, int flags, ...) DUROXIDE_STANDS_IN("open64");
int duroxide_openat(int directory, const char* path, int flags, ...) DUROXIDE_STANDS_IN("openat");
int duroxide_openat64(int directory, const char* path, int flags, ...)
    DUROXIDE_STANDS_IN("openat64");
int duroxide_creat(const char* path, mode_t mode) DUROXIDE_STANDS_IN("creat");
int duroxide_close(int file) DUROXIDE_STANDS_IN("close");
int duroxide_dup(int file) DUROXIDE_STANDS_IN("dup");
int duroxide_dup2(int file, int other) DUROXIDE_STANDS_IN("dup2");
int duroxide_dup3(int file, int other, int flags) DUROXIDE_STANDS_IN("dup3");
int duroxide_fcntl(int file, int command, ...) DUROXIDE_STANDS_IN("fcntl");
int duroxide_fcntl64(int file, int command, ...) DUROXIDE_STANDS_IN("fcntl64");
ssize_t duroxide_write(int file, const void* from, std::size_t count) DUROXIDE_STANDS_IN("write");
ssize_t duroxide_pwrite(int file, const void* from, std::size_t count, off_t offset)
    DUROXIDE_STANDS_IN("pwrite");
ssize_t duroxide_pwrite64(int file, const void* from, std::size_t count, off_t offset)
    DUROXIDE_STANDS_IN("pwrite64");
ssize_t duroxide_writev(int file, const iovec* parts, int count) DUROXIDE_STANDS_IN("writev");
ssize_t duroxide_pwritev(int file, const iovec* parts, int count, off_t offset)
    DUROXIDE_STANDS_IN("pwritev");
ssize_t duroxide_pwritev64(int file, const iovec* parts, int count, off_t offset)
    DUROXIDE_STANDS_IN("pwritev64");
ssize_t duroxide_pwritev2(int file, const iovec* parts, int count, off_t offset, int flags)
    DUROXIDE_STANDS_IN("pwritev2");
ssize_t duroxide_sendfile(int to, int from, off_t* offset, std::size_t count)
    DUROXIDE_STANDS_IN("sendfile");
ssize_t duroxide_copy_file_range(int from, off_t* from_offset, int to, off_t* to_offset,
                                 std::size_t count, unsigned int flags)
    DUROXIDE_STANDS_IN("copy_file_range");
int duroxide_ftruncate(int file, off_t size) DUROXIDE_STANDS_IN("ftruncate");
int duroxide_ftruncate64(int file, off_t size) DUROXIDE_STANDS_IN("ftruncate64");
int duroxide_truncate(const char* path, off_t size) DUROXIDE_STANDS_IN("truncate");
int duroxide_truncate64(const char* path, off_t size) DUROXIDE_STANDS_IN("truncate64");
int duroxide_fallocate(int file, int mode, off_t offset, off_t bytes)
    DUROXIDE_STANDS_IN("fallocate");
int duroxide_fallocate64(int file, int mode, off_t offset, off_t bytes)
    DUROXIDE_STANDS_IN("fallocate64");
int duroxide_posix_fallocate(int file, off_t offset, off_t bytes)
    DUROXIDE_STANDS_IN("posix_fallocate");
int duroxide_posix_fallocate64(int file, off_t offset, off_t bytes)
    DUROXIDE_STANDS_IN("posix_fallocate64");
int duroxide_fsync(int file) DUROXIDE_STANDS_IN("fsync");
int duroxide_fdatasync(int file) DUROXIDE_STANDS_IN("fdatasync");
int duroxide_rename(const char* from, const char* to) DUROXIDE_STANDS_IN("rename");
int duroxide_renameat(int from_directory, const char* from, int to_directory, const char* to)
    DUROXIDE_STANDS_IN("renameat");
int duroxide_link(const char* from, const char* to) DUROXIDE_STANDS_IN("link");
int duroxide_unlink(const char* path) DUROXIDE_STANDS_IN("unlink");
int duroxide_unlinkat(int directory, const char* path, int flags) DUROXIDE_STANDS_IN("unlinkat");
int duroxide_remove(const char* path) DUROXIDE_STANDS_IN("remove");
int duroxide_rmdir(const char* path) DUROXIDE_STANDS_IN("rmdir");
int duroxide_mkdir(const char* path, mode_t mode) DUROXIDE_STANDS_IN("mkdir");
int duroxide_mkdirat(int directory, const char* path, mode_t mode) DUROXIDE_STANDS_IN("mkdirat");
void* duroxide_mmap(void* at, std::size_t bytes, int protection, int flags, int file, off_t offset)
    DUROXIDE_STANDS_IN("mmap");
void* duroxide_mmap64(void* at, std::size_t bytes, int protection, int flags, int file,
                      off_t offset) DUROXIDE_STANDS_IN("mmap64");

#define DUROXIDE_OPEN(directory)                       \
  std::va_list arguments;                              \
  va_start(arguments, flags);                          \
  const unsigned int mode = mode_of(flags, arguments); \
  va_end(arguments);                                   \
  return recorded::open(directory, path, flags, mode)

int duroxide_open(const char* path, int flags, ...) {
  DUROXIDE_OPEN(AT_FDCWD);
}
int duroxide_open64(const char* path, int flags, ...) {
  DUROXIDE_OPEN(AT_FDCWD);
}
int duroxide_openat(int directory, const char* path, int flags, ...) {
  DUROXIDE_OPEN(directory);
}
int duroxide_openat64(int directory, const char* path, int flags, ...) {
  DUROXIDE_OPEN(directory);
}
int duroxide_creat(const char* path, mode_t mode) {
  return recorded::open(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}
int duroxide_close(int file) {
  return recorded::close(file);
}

int duroxide_dup(int file) {
  const int made = static_cast<int>(::syscall(SYS_dup, file));
  recorded::duplicated(file, made);
  return made;
}
int duroxide_dup3(int file, int other, int flags) {
  const int made = static_cast<int>(::syscall(SYS_dup3, file, other, flags));
  recorded::duplicated(file, made);
  return made;
}
int duroxide_dup2(int file, int other) {
  if (file == other) {
    return ::syscall(SYS_fcntl, file, F_GETFD) < 0 ? -1 : file;
  }
  // Not every machine has a system call of that name.
  const int made = static_cast<int>(::syscall(SYS_dup3, file, other, 0));
  recorded::duplicated(file, made);
  return made;
}
int duroxide_fcntl(int file, int command, ...) {
  std::va_list arguments;
  va_start(arguments, command);
  const long argument = va_arg(arguments, long);
  va_end(arguments);
  const int result = static_cast<int>(::syscall(SYS_fcntl, file, command, argument));
  if (command == F_DUPFD || command == F_DUPFD_CLOEXEC) {
    recorded::duplicated(file, result);
  }
  return result;
}
int duroxide_fcntl64(int file, int command, ...) {
  std::va_list arguments;
  va_start(arguments, command);
  const long argument = va_arg(arguments, long);
  va_end(arguments);
  return duroxide_fcntl(file, command, argument);
}

ssize_t duroxide_write(int file, const void* from, std::size_t count) {
  return write_bytes(file, from, count, -1);
}
ssize_t duroxide_pwrite(int file, const void* from, std::size_t count, off_t offset) {
  return write_bytes(file, from, count, offset);
}
ssize_t duroxide_pwrite64(int file, const void* from, std::size_t count, off_t offset) {
  return write_bytes(file, from, count, offset);
}
ssize_t duroxide_writev(int file, const iovec* parts, int count) {
  return write_parts(file, parts, count, -1);
}
ssize_t duroxide_pwritev(int file, const iovec* parts, int count, off_t offset) {
  return write_parts(file, parts, count, offset);
}
ssize_t duroxide_pwritev64(int file, const iovec* parts, int count, off_t offset) {
  return write_parts(file, parts, count, offset);
}
// Its flags may ask for a flush, which is not relied on: that is on the safe side.
ssize_t duroxide_pwritev2(int file, const iovec* parts, int count, off_t offset, int /*flags*/) {
  return write_parts(file, parts, count, offset);
}
ssize_t duroxide_sendfile(int to, int from, off_t* offset, std::size_t count) {
  recorded::refuse(to, "sendfile");
  return ::syscall(SYS_sendfile, to, from, offset, count);
}
ssize_t duroxide_copy_file_range(int from, off_t* from_offset, int to, off_t* to_offset,
                                 std::size_t count, unsigned int flags) {
  recorded::refuse(to, "copy_file_range");
  return ::syscall(SYS_copy_file_range, from, from_offset, to, to_offset, count, flags);
}

int duroxide_ftruncate(int file, off_t size) {
  return recorded::resize(file, size);
}
int duroxide_ftruncate64(int file, off_t size) {
  return recorded::resize(file, size);
}
int duroxide_truncate(const char* path, off_t size) {
  return recorded::resize(path, size);
}
int duroxide_truncate64(const char* path, off_t size) {
  return recorded::resize(path, size);
}
int duroxide_fallocate(int file, int mode, off_t offset, off_t bytes) {
  if (mode != 0) {
    recorded::refuse(file, "fallocate with a mode");
  }
  return recorded::reserve(file, offset + bytes, [&] {
    return static_cast<int>(::syscall(SYS_fallocate, file, mode, offset, bytes));
  });
}
int duroxide_fallocate64(int file, int mode, off_t offset, off_t bytes) {
  return duroxide_fallocate(file, mode, offset, bytes);
}
int duroxide_posix_fallocate(int file, off_t offset, off_t bytes) {
  return duroxide_fallocate(file, 0, offset, bytes) == 0 ? 0 : errno;
}
int duroxide_posix_fallocate64(int file, off_t offset, off_t bytes) {
  return duroxide_posix_fallocate(file, offset, bytes);
}
int duroxide_fsync(int file) {
  return recorded::flush(file, [&] { return static_cast<int>(::syscall(SYS_fsync, file)); });
}
int duroxide_fdatasync(int file) {
  return recorded::flush(file, [&] { return static_cast<int>(::syscall(SYS_fdatasync, file)); });
}

int duroxide_rename(const char* from, const char* to) {
  return recorded::rename(AT_FDCWD, from, AT_FDCWD, to);
}
int duroxide_renameat(int from_directory, const char* from, int to_directory, const char* to) {
  return recorded::rename(from_directory, from, to_directory, to);
}
int duroxide_link(const char* from, const char* to) {
  return recorded::link(from, to);
}
int duroxide_unlink(const char* path) {
  return recorded::remove(AT_FDCWD, path, false);
}
int duroxide_unlinkat(int directory, const char* path, int flags) {
  return recorded::remove(directory, path, (flags & AT_REMOVEDIR) != 0);
}
int duroxide_remove(const char* path) {
  const int result = recorded::remove(AT_FDCWD, path, false);
  return result != 0 && errno == EISDIR ? recorded::remove(AT_FDCWD, path, true) : result;
}
int duroxide_rmdir(const char* path) {
  return recorded::remove(AT_FDCWD, path, true);
}
int duroxide_mkdir(const char* path, mode_t mode) {
  return recorded::make_directory(AT_FDCWD, path, mode);
}
int duroxide_mkdirat(int directory, const char* path, mode_t mode) {
  return recorded::make_directory(directory, path, mode);
}

void* duroxide_mmap(void* at, std::size_t bytes, int protection, int flags, int file,
                    off_t offset) {
  if ((flags & MAP_SHARED) != 0 && (protection & PROT_WRITE) != 0) {
    recorded::refuse(file, "a map that is written to");
  }
  return reinterpret_cast<void*>(::syscall(SYS_mmap, at, bytes, protection, flags, file, offset));
}
void* duroxide_mmap64(void* at, std::size_t bytes, int protection, int flags, int file,
                      off_t offset) {
  return duroxide_mmap(at, bytes, protection, flags, file, offset);
}

}  // extern "C"
