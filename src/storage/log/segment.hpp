#pragma once

// A file that holds a part of the log. It is made once, with all of its length written, so that the
// flush of a record need not bring a new length or new blocks to the disk; when nothing in it is needed
// any more it is written again from its beginning. Its first sector says whose it is, and never changes.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "model/file_descriptor.hpp"
#include "storage/log/record.hpp"

namespace duroxide::storage {

/// Names a segment, and is never given twice in a store.
using SegmentNumber = std::uint64_t;

/// Used by one thread at a time. All throw `StorageFailure`.
class LogSegment {
 public:
  /// Records begin behind the first sector.
  static constexpr std::uint64_t first_record = sector_bytes;

  /// `length`: of the whole file, in bytes, in whole sectors. On return file and name are on the disk.
  /// `disk_full` leaves nothing behind.
  [[nodiscard]] static LogSegment make(const std::filesystem::path& directory, SegmentNumber number,
                                       LogKey key, std::uint64_t length);

  /// `corrupt` if it is not a whole segment of the log with this key.
  [[nodiscard]] static LogSegment open(const std::filesystem::path& directory, SegmentNumber number,
                                       LogKey key);

  [[nodiscard]] static std::filesystem::path path_in(const std::filesystem::path& directory,
                                                     SegmentNumber number);
  /// None if it is not the name of a segment.
  [[nodiscard]] static std::optional<SegmentNumber> number_of(const std::filesystem::path& path);
  /// Takes away what a process has left that was killed while it made a segment.
  static void remove_unfinished(const std::filesystem::path& directory);

  [[nodiscard]] SegmentNumber number() const { return number_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::uint64_t length() const { return length_; }
  [[nodiscard]] int descriptor() const { return file_.get(); }

  /// Up to so many bytes from `offset`; fewer at the end of the file.
  [[nodiscard]] std::string read(std::uint64_t offset, std::uint64_t bytes) const;
  /// Within the length of the file. Not on the disk before `flush`.
  void write(std::uint64_t offset, std::string_view bytes);
  void flush();

 private:
  LogSegment(std::filesystem::path path, SegmentNumber number, model::FileDescriptor file,
             std::uint64_t length);

  std::filesystem::path path_;
  SegmentNumber number_ = 0;
  model::FileDescriptor file_;
  std::uint64_t length_ = 0;
};

}  // namespace duroxide::storage
