#include "storage/log/segment.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/archive.hpp"
#include "model/invariant.hpp"
#include "storage/directories.hpp"
#include "storage/disk_calls.hpp"
#include "storage/log/little_endian.hpp"
#include "storage/private_files.hpp"

namespace duroxide::storage {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view segment_magic = "duroxlog";
constexpr std::uint64_t log_version = 1;
constexpr std::size_t log_version_at = 8;
constexpr std::size_t key_at = 16;
constexpr std::size_t length_at = 24;
constexpr std::size_t segment_checksum_at = 32;

constexpr std::string_view segment_name_prefix = "duroxide.log.";
constexpr std::string_view unfinished_segment = "duroxide.log.new";

std::string header_of(LogKey key, std::uint64_t length) {
  std::string header(segment_magic);
  append_little_endian(header, log_version);
  append_little_endian(header, key);
  append_little_endian(header, length);
  append_little_endian(header, model::checksum(header));
  header.resize(sector_bytes, '\0');
  return header;
}

StorageFailure damaged(const fs::path& path, const std::string& why) {
  return {ProviderError::Kind::corrupt,
          quoted(path) + ", a part of the store's log, " + why +
              "; what was committed last cannot be read. The store must be taken from a backup"};
}

void write_at(int file, const fs::path& path, std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {  // a disk that takes nothing and gives no reason has failed
      throw system_failure(written < 0 ? errno : EIO, "writing " + quoted(path));
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
}

void fill(int file, const fs::path& path, LogKey key, std::uint64_t length) {
  constexpr std::uint64_t at_once = std::uint64_t{256} << 10;
  write_at(file, path, 0, header_of(key, length));
  const std::string zeros(std::min(length, at_once), '\0');
  for (std::uint64_t offset = sector_bytes; offset < length;) {
    const auto bytes = std::min<std::uint64_t>(zeros.size(), length - offset);
    write_at(file, path, offset, std::string_view(zeros).substr(0, bytes));
    offset += bytes;
  }
  if (::fsync(file) != 0) {
    throw system_failure(errno, "syncing " + quoted(path));
  }
}

void outline(int file, const fs::path& path, LogKey key, std::uint64_t length) {
  write_at(file, path, 0, header_of(key, length));
  if (::ftruncate(file, static_cast<off_t>(length)) != 0) {
    throw system_failure(errno, "making " + quoted(path));
  }
}

}  // namespace

std::vector<SegmentNumber> segments_in(const fs::path& directory) {
  std::vector<SegmentNumber> numbers;
  std::error_code failed;
  for (fs::directory_iterator entry(directory, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    if (const auto number = LogSegment::number_of(entry->path())) {
      numbers.push_back(*number);
    }
  }
  if (failed) {
    throw system_failure(failed.value(), "listing " + quoted(directory));
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

LogSegment::LogSegment(fs::path path, SegmentNumber number, model::FileDescriptor file,
                       std::uint64_t length)
    : path_(std::move(path)), number_(number), file_(std::move(file)), length_(length) {}

fs::path LogSegment::path_in(const fs::path& directory, SegmentNumber number) {
  return directory / (std::string(segment_name_prefix) + std::to_string(number));
}

std::optional<SegmentNumber> LogSegment::number_of(const fs::path& path) {
  const std::string name = path.filename();
  SegmentNumber number = 0;
  if (!name.starts_with(segment_name_prefix)) {
    return std::nullopt;
  }
  const char* end = name.data() + name.size();
  const auto read = std::from_chars(name.data() + segment_name_prefix.size(), end, number);
  // So that a number has one name only.
  return read.ec == std::errc() && read.ptr == end && path_in({}, number) == name
             ? std::optional(number)
             : std::nullopt;
}

void LogSegment::remove_unfinished(const fs::path& directory) {
  const fs::path path = directory / unfinished_segment;
  const model::FileDescriptor file = open_file(path, O_RDONLY);
  if (!file.is_open()) {
    return;
  }
  // It may have been killed before the header was written or on the disk.
  std::string found(segment_magic.size(), '\0');
  const auto bytes = ::pread(file.get(), found.data(), found.size(), 0);
  if (bytes < 0 || (found != segment_magic && found.find_first_not_of('\0') != std::string::npos)) {
    throw StorageFailure(ProviderError::Kind::foreign_store,
                         quoted(path) + " is in the way of the store's log; put it elsewhere");
  }
  if (::unlink(path.c_str()) != 0) {
    throw system_failure(errno, "removing " + quoted(path));
  }
}

void LogSegment::remove(const fs::path& directory, SegmentNumber number) {
  const fs::path path = path_in(directory, number);
  const model::FileDescriptor file = open_file(path, O_RDONLY);
  if (!file.is_open()) {
    return;
  }
  std::string found(segment_magic.size(), '\0');
  if (::pread(file.get(), found.data(), found.size(), 0) !=
          static_cast<std::ptrdiff_t>(found.size()) ||
      found != segment_magic) {
    throw StorageFailure(ProviderError::Kind::foreign_store,
                         quoted(path) + " is not a part of a store's log; put it elsewhere");
  }
  if (::unlink(path.c_str()) != 0) {
    throw system_failure(errno, "removing " + quoted(path));
  }
}

LogSegment LogSegment::make(const fs::path& directory, SegmentNumber number, LogKey key,
                            std::uint64_t length, Making how) {
  DUROXIDE_INVARIANT(length > first_record && length % sector_bytes == 0,
                     "a segment has whole sectors, and room for a record");
  remove_unfinished(directory);
  const fs::path unfinished = directory / unfinished_segment;
  const fs::path path = path_in(directory, number);
  model::FileDescriptor file = make_file(unfinished);
  if (!file.is_open()) {
    throw system_failure(EEXIST, "making " + quoted(unfinished));
  }
  try {
    if (how == Making::filled) {
      fill(file.get(), unfinished, key, length);
    } else {
      outline(file.get(), unfinished, key, length);
    }
    if (::rename(unfinished.c_str(), path.c_str()) != 0) {
      throw system_failure(errno, "making " + quoted(path));
    }
  } catch (...) {
    (void)::unlink(unfinished.c_str());
    throw;
  }
  try {
    if (how == Making::filled) {
      sync_directory(directory);
    }
  } catch (...) {
    (void)::unlink(path.c_str());
    throw;
  }
  return {path, number, std::move(file), length};
}

LogSegment LogSegment::open(const fs::path& directory, SegmentNumber number, LogKey key, Use use) {
  const fs::path path = path_in(directory, number);
  model::FileDescriptor file = open_file(path, use == Use::write ? O_RDWR : O_RDONLY);
  if (!file.is_open()) {
    throw damaged(path, "is missing");
  }
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) {
    throw system_failure(errno, "looking at " + quoted(path));
  }
  LogSegment segment(path, number, std::move(file), static_cast<std::uint64_t>(info.st_size));
  const std::string header = segment.read(0, sector_bytes);
  if (header.size() < sector_bytes || !header.starts_with(segment_magic) ||
      little_endian_at(header, segment_checksum_at) !=
          model::checksum(std::string_view(header).substr(0, segment_checksum_at))) {
    throw damaged(path, "has a damaged first sector");
  }
  if (const auto found = little_endian_at(header, log_version_at); found != log_version) {
    throw StorageFailure(ProviderError::Kind::newer_format,
                         quoted(path) + " is of version " + std::to_string(found) +
                             " of the log, and this release reads version " +
                             std::to_string(log_version) + "; open the store with a newer release");
  }
  if (little_endian_at(header, key_at) != key) {
    throw damaged(path, "belongs to another store");
  }
  if (const auto made = little_endian_at(header, length_at); made != segment.length()) {
    throw damaged(path, "was made with " + std::to_string(made) + " bytes and has " +
                            std::to_string(segment.length()));
  }
  return segment;
}

std::string LogSegment::read(std::uint64_t offset, std::uint64_t bytes) const {
  direct_.pause(file_.get());
  std::string read(std::min(bytes, length_ - std::min(offset, length_)), '\0');
  std::size_t done = 0;
  while (done < read.size()) {
    const auto got = ::pread(file_.get(), read.data() + done, read.size() - done,
                             static_cast<off_t>(offset + done));
    if (got < 0 && errno != EINTR) {
      throw system_failure(errno, "reading " + quoted(path_));
    }
    if (got == 0) {
      throw damaged(path_, "was cut short while it was read");
    }
    done += got > 0 ? static_cast<std::size_t>(got) : 0;
  }
  return read;
}

void LogSegment::write(std::uint64_t offset, std::string_view bytes) {
  DUROXIDE_INVARIANT(offset >= first_record && offset + bytes.size() <= length_,
                     "what is written into a segment lies within it, behind its first sector");
  direct_.pause(file_.get());
  write_at(file_.get(), path_, offset, bytes);
}

void LogSegment::write_past_cache(std::uint64_t offset, std::string_view bytes) {
  DUROXIDE_INVARIANT(offset >= first_record && offset + bytes.size() <= length_ &&
                         offset % sector_bytes == 0 && bytes.size() % sector_bytes == 0,
                     "what is written past the cache are whole sectors within the segment");
  switch (direct_.write(file_.get(), offset, bytes)) {
    case DirectWrites::End::written:
      return;
    case DirectWrites::End::not_taken:
      write_at(file_.get(), path_, offset, bytes);
      return;
    case DirectWrites::End::failed:
      throw system_failure(errno, "writing " + quoted(path_));
  }
}

void LogSegment::flush() {
  if (flush_bytes(file_.get()) != 0) {
    throw system_failure(errno, "flushing " + quoted(path_));
  }
}

void LogSegment::require_there() const {
  struct stat info {};
  if (::fstat(file_.get(), &info) != 0) {
    throw system_failure(errno, "looking at " + quoted(path_));
  }
  if (info.st_nlink == 0) {
    throw StorageFailure(
        ProviderError::Kind::storage,
        quoted(path_) +
            " was removed or replaced while the store was open, and what was "
            "committed last with it; open the store again, and restore a backup if "
            "it misses something");
  }
  if (static_cast<std::uint64_t>(info.st_size) < length_) {
    throw damaged(path_, "was cut short while the store was open");
  }
}

}  // namespace duroxide::storage
