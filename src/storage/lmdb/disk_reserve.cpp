#include "storage/lmdb/disk_reserve.hpp"

#include <algorithm>
#include <exception>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "storage/disk_calls.hpp"
#include "storage/private_files.hpp"

namespace duroxide::storage {

namespace {

/// A deletion changes some pages on the way to its rows in each table, and goes into the database together
/// with what the log holds.
constexpr std::uint64_t smallest_reserve = std::uint64_t{4} << 20;
/// The numbers of the pages that it frees, eight bytes for each, are written as well: twice that.
constexpr std::uint64_t database_bytes_for_one = 256;
constexpr std::uint64_t largest_reserve = std::uint64_t{64} << 20;
/// Less than this is of no use.
constexpr std::uint64_t useful_reserve = std::uint64_t{64} << 10;
/// So many times the reserve must be free, so that it does not fill the disk itself.
constexpr std::uint64_t free_for_one = 4;
constexpr std::uint64_t bytes_of_stat_block = 512;  // of `st_blocks`, on every file system

std::uint64_t bytes_free_at(const std::filesystem::path& directory) {
  struct statvfs space {};
  return ::statvfs(directory.c_str(), &space) == 0
             ? std::uint64_t{space.f_bavail} * std::uint64_t{space.f_frsize}
             : 0;
}

/// Beyond it a file does not end with an error, but the process with a signal.
bool may_be_so_long(std::uint64_t bytes) {
  rlimit limit{};
  return ::getrlimit(RLIMIT_FSIZE, &limit) == 0 && bytes <= limit.rlim_cur;
}

std::uint64_t bytes_allocated_to(int file) {
  struct stat info {};
  return ::fstat(file, &info) == 0
             ? static_cast<std::uint64_t>(info.st_blocks) * bytes_of_stat_block
             : 0;
}

}  // namespace

DiskReserve::DiskReserve(const std::filesystem::path& directory)
    : file_(directory / reserve_file_name) {}

void DiskReserve::take(std::uint64_t database_bytes) noexcept {
  if (taken_) {
    return;
  }
  try {
    auto file = make_file(file_);
    const bool was_there = !file.is_open();
    if (was_there) {
      file = open_file(file_, O_RDWR);
    }
    if (!file.is_open()) {
      return;
    }
    const std::uint64_t wanted =
        std::min(smallest_reserve + database_bytes / database_bytes_for_one, largest_reserve);
    const std::uint64_t there = was_there ? bytes_allocated_to(file.get()) : 0;
    const std::uint64_t free = there + bytes_free_at(file_.parent_path());
    // What an earlier opening has taken stays, also when the disk has become full since.
    taken_ = there >= useful_reserve;
    for (std::uint64_t bytes = wanted; bytes > there && bytes >= useful_reserve; bytes /= 2) {
      if (free / free_for_one >= bytes && may_be_so_long(bytes) &&
          take_room(file.get(), 0, static_cast<off_t>(bytes)) == 0) {
        taken_ = true;
        break;
      }
    }
    if (!taken_) {
      (void)::unlink(file_.c_str());
    }
  } catch (const std::exception&) {
    // Somebody else's file of that name, say.
  }
}

bool DiskReserve::give_up() noexcept {
  const bool had_room = taken_;
  taken_ = false;
  return had_room && ::unlink(file_.c_str()) == 0;
}

}  // namespace duroxide::storage
