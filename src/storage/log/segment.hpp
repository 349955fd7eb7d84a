#pragma once

// A file that holds a part of the log. It is made once, with all of its length written, so that the
// flush of a record need not bring a new length or new blocks to the disk; when nothing in it is needed
// any more it is written again from its beginning. Its first sector says whose it is, and never changes.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/file_descriptor.hpp"
#include "storage/log/direct_writes.hpp"
#include "storage/log/record.hpp"
#include "storage/private_files.hpp"

namespace duroxide::storage {

/// Names a segment. The number of one that is gone may be given again.
using SegmentNumber = std::uint64_t;

/// The numbers of all segments in a directory, in order.
[[nodiscard]] std::vector<SegmentNumber> segments_in(const std::filesystem::path& directory);

/// Used by one thread at a time. All throw `StorageFailure`.
class LogSegment {
 public:
  /// Records begin behind the first page, so that nothing that is written later shares one with the
  /// header, however large the sectors of the disk are.
  static constexpr std::uint64_t first_record = 4096;

  /// Whether a segment is written whole and brought to the disk when it is made. Not if nothing is ever
  /// flushed: then it costs nothing.
  enum class Making : bool { filled, sparse };

  /// `length`: of the whole file, in bytes, in whole sectors. On return file and name are on the disk,
  /// if it is `filled`. If it fails, it leaves nothing behind.
  [[nodiscard]] static LogSegment make(const std::filesystem::path& directory, SegmentNumber number,
                                       LogKey key, std::uint64_t length,
                                       Making how = Making::filled);

  /// `corrupt` if it is not a whole segment of the log with this key.
  [[nodiscard]] static LogSegment open(const std::filesystem::path& directory, SegmentNumber number,
                                       LogKey key, Use use);

  [[nodiscard]] static std::filesystem::path path_in(const std::filesystem::path& directory,
                                                     SegmentNumber number);
  /// None if it is not the name of a segment.
  [[nodiscard]] static std::optional<SegmentNumber> number_of(const std::filesystem::path& path);
  /// Takes away what a process has left that was killed while it made a segment.
  static void remove_unfinished(const std::filesystem::path& directory);
  /// Takes away a segment of whatever log. A file of this name that is none stays: `foreign_store`.
  static void remove(const std::filesystem::path& directory, SegmentNumber number);

  [[nodiscard]] SegmentNumber number() const { return number_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::uint64_t length() const { return length_; }

  /// Up to so many bytes from `offset`; fewer at the end of the file.
  [[nodiscard]] std::string read(std::uint64_t offset, std::uint64_t bytes) const;
  /// Within the length of the file. Not on the disk before `flush`.
  void write(std::uint64_t offset, std::string_view bytes);
  /// As `write`, for whole sectors that are flushed at once: past the system's cache, if that can be had.
  void write_past_cache(std::uint64_t offset, std::string_view bytes);
  void flush();
  /// Whether the file still has a name, and all of its length: whoever removes or cuts it takes away
  /// what is acknowledged. `storage` or `corrupt` if not.
  void require_there() const;

 private:
  LogSegment(std::filesystem::path path, SegmentNumber number, model::FileDescriptor file,
             std::uint64_t length);

  std::filesystem::path path_;
  SegmentNumber number_ = 0;
  model::FileDescriptor file_;
  std::uint64_t length_ = 0;
  mutable DirectWrites direct_;  ///< paused by whoever reads
};

}  // namespace duroxide::storage
