#include "tracing/trace_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <string_view>
#include <system_error>
#include <utility>

namespace duroxide::tracing {

namespace {

std::string why(int error) {
  return std::generic_category().message(error);
}

iovec part(std::string_view bytes) {
  return {const_cast<char*>(bytes.data()), bytes.size()};  // NOLINT: it is not written
}

}  // namespace

TraceFile::Done TraceFile::open() {
  const int file = ::open(path_.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
                          S_IRUSR | S_IWUSR);
  if (file < 0) {
    return failure("the trace file " + path_.string() + " cannot be opened: " + why(errno));
  }
  file_ = model::FileDescriptor(file);
  struct stat found {};
  if (::fstat(file, &found) != 0 || !S_ISREG(found.st_mode)) {
    file_.reset();
    return failure("the trace file " + path_.string() + " is no regular file");
  }
  size_ = static_cast<std::uint64_t>(found.st_size);
  char last = '\n';
  if (size_ > 0 && ::pread(file, &last, 1, found.st_size - 1) == 1 && last != '\n') {
    return write_line("");
  }
  return {};
}

TraceFile::Done TraceFile::take(const std::string& otlp) {
  if (auto done = open_unless_open(); !done) {
    return done;
  }
  const bool is_full = size_ > 0 && size_ + otlp.size() + 1 > max_bytes_;
  must_make_way_ = must_make_way_ || is_full;
  if (must_make_way_) {
    if (auto done = make_way(); !done) {
      return done;
    }
    if (auto done = open_unless_open(); !done) {
      return done;
    }
  }
  return write_line(otlp);
}

TraceFile::Done TraceFile::open_unless_open() {
  return file_.is_open() ? Done() : open();
}

std::filesystem::path TraceFile::earlier(std::uint32_t number) const {
  std::filesystem::path path = path_;
  path += "." + std::to_string(number);
  return path;
}

/// The oldest is written over by the one before it. Of those before only some may have been renamed last
/// time, which must not be repeated: there is nothing to do for them unless the first is there.
TraceFile::Done TraceFile::make_way() {
  file_.reset();
  std::error_code error;
  if (max_files_ > 1 && std::filesystem::exists(earlier(1), error)) {
    for (std::uint32_t number = max_files_ - 1; number > 1; --number) {
      std::filesystem::rename(earlier(number - 1), earlier(number),
                              error);  // there may be none yet
    }
  }
  error.clear();
  if (max_files_ > 1) {
    std::filesystem::rename(path_, earlier(1), error);
  } else {
    std::filesystem::remove(path_, error);
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return failure("the trace file " + path_.string() +
                   " cannot make way for the next: " + error.message());
  }
  must_make_way_ = false;
  return {};
}

void TraceFile::take_back(std::uint64_t bytes) {
  struct stat found {};
  const bool is_ours =
      ::fstat(file_.get(), &found) == 0 && static_cast<std::uint64_t>(found.st_size) == size_;
  if (bytes > 0 && is_ours) {
    (void)!::ftruncate(file_.get(), static_cast<off_t>(size_ - bytes));
  }
}

TraceFile::Done TraceFile::write_line(std::string_view line) {
  std::string_view end = "\n";
  const std::uint64_t size_before = size_;
  while (!end.empty()) {
    // Both at once, so that a file that others read meanwhile ends with a line.
    const std::array<iovec, 2> parts{part(line), part(end)};
    const ssize_t written = ::writev(file_.get(), parts.data(), static_cast<int>(parts.size()));
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      const int error = errno;
      take_back(size_ - size_before);
      file_.reset();  // opened anew next time, which ends the line if it is still begun
      return failure("the trace file " + path_.string() + " cannot be written: " + why(error));
    }
    size_ += static_cast<std::uint64_t>(written);
    const std::size_t of_line = std::min(static_cast<std::size_t>(written), line.size());
    line.remove_prefix(of_line);
    end.remove_prefix(static_cast<std::size_t>(written) - of_line);
  }
  return {};
}

}  // namespace duroxide::tracing
