// Stand in for the functions of the C library that write and flush files, in this whole program, LMDB
// included: they count, and a flush takes a fixed time if the disk is simulated. The names are given to
// the assembler, as the headers declare these functions in ways of their own.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <ctime>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <linux/magic.h>

#include "disk.hpp"
#include "tally.hpp"

#define DUROXIDE_STANDS_IN(name) __asm__(name) __attribute__((visibility("default"), used))

namespace {

enum class File : std::uint8_t { unknown, regular, synced, other };

constinit std::atomic<std::int64_t> simulated_flush{
    0};  // in nanoseconds; 0: the disk is a real one

// What a descriptor stands for is asked at its first use. `close` forgets it.
constinit std::array<std::atomic<File>, 4096> known_files{};

File look_at(int file) {
  struct stat info {};
  if (::fstat(file, &info) != 0 || !S_ISREG(info.st_mode)) {
    return File::other;
  }
  const int flags = ::fcntl(file, F_GETFL);
  return (flags & O_DSYNC) != 0 ? File::synced : File::regular;  // O_SYNC has this bit too
}

std::atomic<File>* known(int file) {
  const auto place = static_cast<std::size_t>(file);
  return file >= 0 && place < known_files.size() ? &known_files[place] : nullptr;
}

File kind_of(int file) {
  std::atomic<File>* const place = known(file);
  File kind = place == nullptr ? File::unknown : place->load(std::memory_order_relaxed);
  if (kind == File::unknown) {
    kind = look_at(file);
    if (place != nullptr) {
      place->store(kind, std::memory_order_relaxed);
    }
  }
  return kind;
}

void wait_for_simulated_flush() {
  const std::int64_t flush = simulated_flush.load(std::memory_order_relaxed);
  if (flush == 0) {
    return;
  }
  constexpr std::int64_t second = 1'000'000'000;
  timespec until{};
  ::clock_gettime(CLOCK_MONOTONIC, &until);
  const std::int64_t end = until.tv_sec * second + until.tv_nsec + flush;
  until.tv_sec = end / second;
  until.tv_nsec = end % second;
  while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) != 0) {
  }
}

template <class Call>
int flush(const Call& call) {
  tally::add(tally::Kind::flushes, 1);
  if (simulated_flush.load(std::memory_order_relaxed) == 0) {
    return static_cast<int>(call());
  }
  wait_for_simulated_flush();
  return 0;
}

/// What LMDB writes through a descriptor that was opened for synced writes is on the disk when the call
/// returns, so it counts as a flush.
template <class Call>
ssize_t write(int file, const Call& call) {
  const ssize_t written = call();
  if (written <= 0) {
    return written;
  }
  const File kind = kind_of(file);
  if (kind != File::other) {
    tally::add(tally::Kind::written_bytes, static_cast<std::uint64_t>(written));
  }
  if (kind == File::synced) {
    tally::add(tally::Kind::flushes, 1);
    wait_for_simulated_flush();
  }
  return written;
}

}  // namespace

extern "C" {

int duroxide_close(int file) DUROXIDE_STANDS_IN("close");
int duroxide_fsync(int file) DUROXIDE_STANDS_IN("fsync");
int duroxide_fdatasync(int file) DUROXIDE_STANDS_IN("fdatasync");
int duroxide_msync(void* from, std::size_t bytes, int flags) DUROXIDE_STANDS_IN("msync");
ssize_t duroxide_write(int file, const void* from, std::size_t bytes) DUROXIDE_STANDS_IN("write");
ssize_t duroxide_writev(int file, const iovec* parts, int count) DUROXIDE_STANDS_IN("writev");
ssize_t duroxide_pwrite(int file, const void* from, std::size_t bytes, off_t offset)
    DUROXIDE_STANDS_IN("pwrite");
ssize_t duroxide_pwrite64(int file, const void* from, std::size_t bytes, off_t offset)
    DUROXIDE_STANDS_IN("pwrite64");
ssize_t duroxide_pwritev(int file, const iovec* parts, int count, off_t offset)
    DUROXIDE_STANDS_IN("pwritev");
ssize_t duroxide_pwritev64(int file, const iovec* parts, int count, off_t offset)
    DUROXIDE_STANDS_IN("pwritev64");

int duroxide_close(int file) {
  if (std::atomic<File>* const place = known(file)) {
    place->store(File::unknown, std::memory_order_relaxed);
  }
  return static_cast<int>(::syscall(SYS_close, file));
}

int duroxide_fsync(int file) {
  return flush([&] { return ::syscall(SYS_fsync, file); });
}

int duroxide_fdatasync(int file) {
  return flush([&] { return ::syscall(SYS_fdatasync, file); });
}

int duroxide_msync(void* from, std::size_t bytes, int flags) {
  const auto call = [&] { return ::syscall(SYS_msync, from, bytes, flags); };
  return (flags & MS_SYNC) != 0 ? flush(call) : static_cast<int>(call());
}

ssize_t duroxide_write(int file, const void* from, std::size_t bytes) {
  return write(file, [&] { return ::syscall(SYS_write, file, from, bytes); });
}

ssize_t duroxide_writev(int file, const iovec* parts, int count) {
  return write(file, [&] { return ::syscall(SYS_writev, file, parts, count); });
}

ssize_t duroxide_pwrite(int file, const void* from, std::size_t bytes, off_t offset) {
  return write(file, [&] { return ::syscall(SYS_pwrite64, file, from, bytes, offset); });
}

ssize_t duroxide_pwrite64(int file, const void* from, std::size_t bytes, off_t offset) {
  return duroxide_pwrite(file, from, bytes, offset);
}

ssize_t duroxide_pwritev(int file, const iovec* parts, int count, off_t offset) {
  return write(file, [&] { return ::syscall(SYS_pwritev, file, parts, count, offset, 0L); });
}

ssize_t duroxide_pwritev64(int file, const iovec* parts, int count, off_t offset) {
  return duroxide_pwritev(file, parts, count, offset);
}
}

void simulate_flushes(std::chrono::microseconds each) {
  // Otherwise the kernel may let a sleep take 50 microseconds longer than asked for.
  ::prctl(PR_SET_TIMERSLACK, 1UL);
  simulated_flush = std::chrono::nanoseconds(each).count();
}

std::optional<std::filesystem::path> memory_file_system() {
  for (const char* place : {"/dev/shm", "/run/shm", "/tmp"}) {
    struct statfs info {};
    if (::statfs(place, &info) == 0 && info.f_type == TMPFS_MAGIC && ::access(place, W_OK) == 0) {
      return place;
    }
  }
  return std::nullopt;
}
