#pragma once

// How a record of the log lies in a file. It begins on a sector of its own, and the rest of its last
// sector is zeros. So if a disk writes a sector whole or not at all, a write that a loss of power tears
// touches no record before it. A disk that rewrites more than it is given, as some with sectors of 4 KiB
// do, must keep what was there: this is assumed.
//
//   offset  bytes
//   0       4      mark
//   4       4      zeros
//   8       8      number
//   16      8      flushed
//   24      8      checksum of the record before it
//   32      8      length of the body
//   40      8      checksum of all of this but itself, and of the body
//   48             body
//
// Numbers are little-endian.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace duroxide::storage {

inline constexpr std::uint64_t sector_bytes = 512;
inline constexpr std::size_t commit_header_bytes = 48;

/// Up to where a log reaches: the number of a record, the first of which is 1, and its checksum.
struct LogPosition {
  std::uint64_t number = 0;
  std::uint64_t checksum = 0;

  bool operator==(const LogPosition&) const = default;
};

/// What a log is known by. It goes into each checksum, so that what another log has left in a file, or
/// what a user's bytes pretend, is no record of this one. Random, and never 0.
using LogKey = std::uint64_t;

/// What stands in front of a record's body.
struct CommitHeader {
  std::uint64_t number = 0;       ///< log sequence number
  std::uint64_t flushed = 0;      ///< the highest number that was flushed when this was written
  std::uint64_t predecessor = 0;  ///< checksum of the record before it
  std::uint64_t length = 0;       ///< of the body, in bytes
  std::uint64_t checksum = 0;

  [[nodiscard]] LogPosition position() const { return {number, checksum}; }
};

/// What a body of so many bytes takes in a file: whole sectors.
[[nodiscard]] constexpr std::uint64_t record_bytes(std::uint64_t body) {
  return (commit_header_bytes + body + sector_bytes - 1) / sector_bytes * sector_bytes;
}

/// What a body has at most whose record takes so many bytes.
[[nodiscard]] constexpr std::uint64_t most_body_in(std::uint64_t bytes) {
  const std::uint64_t sectors = bytes / sector_bytes * sector_bytes;
  return sectors > commit_header_bytes ? sectors - commit_header_bytes : 0;
}

/// A record as it is written. Its body lies behind the room for its header from the beginning, so that
/// it need not be copied once it is known which record of a log it is to be.
class CommitRecord {
 public:
  /// What a record is made in: the room for its header, and memory for a body of so many bytes, which
  /// is to be appended. `spare`, if it is given, is a string whose memory may be used for it.
  [[nodiscard]] static std::string room_for(std::uint64_t body_bytes, std::string spare = {});
  /// `bytes`: what `room_for` has given, with the body behind it.
  explicit CommitRecord(std::string bytes);
  [[nodiscard]] static CommitRecord of(std::string_view body);

  [[nodiscard]] std::uint64_t body_bytes() const { return body_bytes_; }
  /// Whole sectors. The header is there once it is sealed.
  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  /// Of a record that ends here.
  [[nodiscard]] std::string take_bytes() && { return std::move(bytes_); }

  /// Makes it the record that follows `after`, which can be done again. Returns where the log reaches
  /// with it.
  LogPosition seal(LogKey key, LogPosition after, std::uint64_t flushed);

 private:
  std::string bytes_;
  std::uint64_t body_bytes_ = 0;
};

/// What the bytes at the beginning of a sector say that they are: the header of a record, which they
/// need not be. None if they do not say so.
[[nodiscard]] std::optional<CommitHeader> read_header(std::string_view bytes);

/// Whether `bytes`, which begin with `header` and may go on behind the record, hold all of that record
/// as it was written.
[[nodiscard]] bool is_whole(LogKey key, const CommitHeader& header, std::string_view bytes);

}  // namespace duroxide::storage
