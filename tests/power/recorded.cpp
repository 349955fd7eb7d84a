// The functions that do what their namesakes in the C library do, and note it.

#include <cerrno>
#include <mutex>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "power/recorder.hpp"
#include "power/recording_state.hpp"

namespace duroxide::power::recorded {

using namespace recording_state;

bool follows(int descriptor) {
  const State* const state = recording;
  return state != nullptr && is_in_range(descriptor) &&
         state->descriptors.at(static_cast<std::size_t>(descriptor)).file != 0;
}

int open(int directory, const char* path, int flags, unsigned int mode) {
  State* const state = recording;
  const auto make = [&] {
    return static_cast<int>(::syscall(SYS_openat, directory, path, flags, mode));
  };
  if (state == nullptr) {
    return make();
  }
  const std::lock_guard lock(state->mutex);
  const auto place = below_root(*state, directory, path);
  const int descriptor = make();
  const int code = errno;
  if (!is_in_range(descriptor)) {
    return descriptor;
  }
  auto& opened = state->descriptors.at(static_cast<std::size_t>(descriptor));
  opened = {};
  if (!place) {
    return descriptor;
  }
  const bool is_new = state->numbers.count(*place) == 0 && (flags & O_CREAT) != 0;
  if ((flags & O_TMPFILE) == O_TMPFILE) {
    note_refused(*state, "O_TMPFILE");
  } else {
    opened.file = is_new ? note_new(*state, Op::make_file, *place) : number_of(*state, *place);
    opened.writes_through = (flags & O_DSYNC) != 0;  // O_SYNC has this bit too
    opened.appends = (flags & O_APPEND) != 0;
    if (!is_new && (flags & O_TRUNC) != 0 && opened.file != 0) {
      note(*state, {Op::resize, opened.file, 0, 0, {}, {}, {}});
    }
  }
  errno = code;
  return descriptor;
}

int close(int descriptor) {
  State* const state = recording;
  if (state != nullptr && is_in_range(descriptor)) {
    const std::lock_guard lock(state->mutex);
    state->descriptors.at(static_cast<std::size_t>(descriptor)) = {};
    return static_cast<int>(::syscall(SYS_close, descriptor));
  }
  return static_cast<int>(::syscall(SYS_close, descriptor));
}

void duplicated(int from, int to) {
  State* const state = recording;
  if (state != nullptr && is_in_range(from) && is_in_range(to)) {
    const std::lock_guard lock(state->mutex);
    state->descriptors.at(static_cast<std::size_t>(to)) =
        state->descriptors.at(static_cast<std::size_t>(from));
  }
}

std::int64_t write(int descriptor, std::int64_t offset, const std::function<std::int64_t()>& make,
                   const std::function<std::string(std::size_t)>& bytes) {
  if (!follows(descriptor)) {
    return make();
  }
  State* const state = recording;
  const std::lock_guard lock(state->mutex);
  const Descriptor& file = state->descriptors.at(static_cast<std::size_t>(descriptor));
  struct stat info {};
  if (file.appends && ::fstat(descriptor, &info) == 0) {
    offset = info.st_size;
  } else if (offset < 0) {
    offset = ::syscall(SYS_lseek, descriptor, 0, SEEK_CUR);
  }
  const std::int64_t written = make();
  const int code = errno;
  if (written > 0) {
    const Position position = note(*state, {Op::write,
                                            file.file,
                                            0,
                                            static_cast<std::uint64_t>(offset),
                                            {},
                                            {},
                                            bytes(static_cast<std::size_t>(written))});
    if (file.writes_through) {
      note(*state, {Op::written_through, file.file, 0, position, {}, {}, {}});
    }
  } else if (written < 0 && code == EIO) {
    note_refused(*state, "a write that failed");
  }
  errno = code;
  return written;
}

int resize(int descriptor, std::int64_t size) {
  const auto make = [&] { return static_cast<int>(::syscall(SYS_ftruncate, descriptor, size)); };
  if (!follows(descriptor)) {
    return make();
  }
  State* const state = recording;
  const std::lock_guard lock(state->mutex);
  const int result = make();
  if (result == 0) {
    const FileNumber file = state->descriptors.at(static_cast<std::size_t>(descriptor)).file;
    note(*state, {Op::resize, file, 0, static_cast<std::uint64_t>(size), {}, {}, {}});
  }
  return result;
}

int resize(const char* path, std::int64_t size) {
  const auto make = [&] { return static_cast<int>(::syscall(SYS_truncate, path, size)); };
  State* const state = recording;
  if (state == nullptr) {
    return make();
  }
  const std::lock_guard lock(state->mutex);
  const auto place = below_root(*state, AT_FDCWD, path);
  const int result = make();
  if (place && result == 0) {
    note(*state,
         {Op::resize, number_of(*state, *place), 0, static_cast<std::uint64_t>(size), {}, {}, {}});
  }
  return result;
}

int reserve(int descriptor, std::int64_t end, const std::function<int()>& make) {
  if (!follows(descriptor)) {
    return make();
  }
  State* const state = recording;
  const std::lock_guard lock(state->mutex);
  struct stat info {};
  const bool known = ::fstat(descriptor, &info) == 0;
  const int result = make();
  if (known && result == 0 && info.st_size < end) {
    const FileNumber file = state->descriptors.at(static_cast<std::size_t>(descriptor)).file;
    note(*state, {Op::resize, file, 0, static_cast<std::uint64_t>(end), {}, {}, {}});
  }
  return result;
}

int flush(int descriptor, const std::function<int()>& make) {
  if (!follows(descriptor)) {
    return make();
  }
  State* const state = recording;
  FileNumber file = 0;
  Position begin = 0;
  {
    const std::lock_guard lock(state->mutex);
    file = state->descriptors.at(static_cast<std::size_t>(descriptor)).file;
    begin = note(*state, {Op::flush_begins, file, 0, 0, {}, {}, {}});
  }
  // Others may write meanwhile, which this flush need not reach.
  const int result = make();
  const int code = errno;
  if (result == 0) {
    const std::lock_guard lock(state->mutex);
    note(*state, {Op::flush_returns, file, 0, begin, {}, {}, {}});
  }
  errno = code;
  return result;
}

int rename(int from_directory, const char* from, int to_directory, const char* to) {
  const auto make = [&] {
    return static_cast<int>(::syscall(SYS_renameat2, from_directory, from, to_directory, to, 0U));
  };
  State* const state = recording;
  if (state == nullptr) {
    return make();
  }
  const std::lock_guard lock(state->mutex);
  const auto source = below_root(*state, from_directory, from);
  const auto target = below_root(*state, to_directory, to);
  const int result = make();
  if (result != 0 || (!source && !target)) {
    return result;
  }
  struct stat info {};
  if (!source || !target || directory_of(*source) != directory_of(*target) ||
      ::fstatat(to_directory, to, &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(info.st_mode)) {
    note_refused(*state, "a rename of more than a file in its directory");
    return result;
  }
  const FileNumber number = number_of(*state, *source);
  state->numbers.erase(*source);
  state->numbers[*target] = number;
  note(*state, {Op::rename,
                number_of(*state, directory_of(*source)),
                number,
                0,
                name_in(*source),
                name_in(*target),
                {}});
  return result;
}

int link(const char* from, const char* to) {
  const auto make = [&] {
    return static_cast<int>(::syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0));
  };
  State* const state = recording;
  if (state == nullptr) {
    return make();
  }
  const std::lock_guard lock(state->mutex);
  const auto source = below_root(*state, AT_FDCWD, from);
  const auto target = below_root(*state, AT_FDCWD, to);
  const int result = make();
  if (result == 0 && target) {
    const FileNumber number = source ? number_of(*state, *source) : 0;
    if (number == 0) {
      note_refused(*state, "a link to a file elsewhere");
      return result;
    }
    state->numbers[*target] = number;
    note(*state,
         {Op::link, number_of(*state, directory_of(*target)), number, 0, name_in(*target), {}, {}});
  }
  return result;
}

int remove(int directory, const char* path, bool is_directory) {
  const auto make = [&] {
    const int flags = is_directory ? AT_REMOVEDIR : 0;
    return static_cast<int>(::syscall(SYS_unlinkat, directory, path, flags));
  };
  State* const state = recording;
  if (state == nullptr) {
    return make();
  }
  const std::lock_guard lock(state->mutex);
  const auto place = below_root(*state, directory, path);
  const int result = make();
  if (result == 0 && place) {
    const FileNumber number = number_of(*state, *place);
    state->numbers.erase(*place);
    note(*state,
         {Op::remove, number_of(*state, directory_of(*place)), number, 0, name_in(*place), {}, {}});
  }
  return result;
}

int make_directory(int directory, const char* path, unsigned int mode) {
  const auto make = [&] { return static_cast<int>(::syscall(SYS_mkdirat, directory, path, mode)); };
  State* const state = recording;
  if (state == nullptr) {
    return make();
  }
  const std::lock_guard lock(state->mutex);
  const auto place = below_root(*state, directory, path);
  const int result = make();
  if (result == 0 && place) {
    (void)note_new(*state, Op::make_directory, *place);
  }
  return result;
}

void refuse(int descriptor, const char* what) {
  if (follows(descriptor)) {
    State* const state = recording;
    const std::lock_guard lock(state->mutex);
    note_refused(*state, what);
  }
}

}  // namespace duroxide::power::recorded
