#pragma once

// The log of a store: each commit is one record, brought to the disk by one flush. What is in it is in
// the tables too once a checkpoint has written it there; then its place is used again.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/log/record.hpp"
#include "storage/log/scan.hpp"
#include "storage/log/segment.hpp"
#include "storage/storage_failure.hpp"

namespace duroxide::model {
class Metrics;
}  // namespace duroxide::model

namespace duroxide::storage {

struct LogOptions {
  /// Of a segment. A larger record gets a segment of its own.
  std::uint64_t segment_bytes = std::uint64_t{4} << 20;
  /// So many segments that nothing needs are kept for what comes.
  std::size_t spare_segments = 2;
  /// Whether the log flushes a segment before it goes on to the next. Not if nothing is ever flushed.
  bool flushes = true;
  /// Whether each record is flushed by itself, so that it is better written past the system's cache.
  bool flushes_each = false;
  /// What counts bytes and measures flushes, and outlives the log; null if nothing does.
  model::Metrics* metrics = nullptr;
};

/// Used by one thread at a time. All throw `StorageFailure`.
class CommitLog {
 public:
  /// Given each record in order: its number and body.
  using Take = std::function<void(std::uint64_t number, std::string_view body)>;

  /// Begins the log of a store that has none. Its first anchor must be in the tables before anything is
  /// appended. Segments that are there are of an attempt that was cut off, and go.
  [[nodiscard]] static CommitLog make(const std::filesystem::path& directory, LogKey key,
                                      const LogOptions& options);

  /// Reads what is behind the anchor, cuts off what is torn, and brings both to the disk. `corrupt` as
  /// `scan_log`; then nothing was changed.
  [[nodiscard]] static CommitLog open(const std::filesystem::path& directory,
                                      const LogAnchor& anchor, const LogOptions& options,
                                      const Take& take);

  /// Makes sure that the very next record has its place, if its body has at most so many bytes. Returns
  /// how many it may have there. `disk_full` if there is no place: then nothing has happened, and it may
  /// be tried again.
  std::uint64_t make_room(std::uint64_t body_bytes);
  /// As `make_room`, if no segment need be made for it; else none.
  std::optional<std::uint64_t> room_at_hand(std::uint64_t body_bytes);

  /// Seals `record` as the next one. It is not on the disk before `flush` has returned. `disk_full` if
  /// there is no room, also from a file system that needs some to write over what it has: then nothing
  /// has happened, and it may be tried again. After any other failure the log is broken.
  LogPosition append(CommitRecord& record);
  /// A record with this body, which is copied.
  LogPosition append(std::string_view body) {
    CommitRecord record = CommitRecord::of(body);
    return append(record);
  }

  /// Brings all that was appended to the disk. After a failure the log is broken: what the kernel
  /// still holds cannot be trusted.
  void flush();

  [[nodiscard]] LogPosition appended() const { return appended_; }
  [[nodiscard]] std::uint64_t flushed() const { return flushed_; }
  /// Bytes of the segments that hold what is not released, with their free ends.
  [[nodiscard]] std::uint64_t held_bytes() const;

  /// Bytes of all segments.
  [[nodiscard]] std::uint64_t file_bytes() const;

  /// What the tables are to say when they hold everything up to `reached`.
  [[nodiscard]] LogAnchor anchor(LogPosition reached) const;
  /// The tables say this durably: the place of what they hold may be used again.
  void release(const LogAnchor& durable);

  /// Why nothing can be appended any more.
  [[nodiscard]] const std::optional<std::string>& broken_by() const { return broken_; }

 private:
  struct Held {
    LogSegment file;
    std::uint64_t last = 0;  ///< number of the last record in it; 0 if nothing in it is needed
  };

  CommitLog(std::filesystem::path directory, LogKey key, const LogOptions& options);

  [[nodiscard]] Held& active() { return segments_.at(active_); }
  [[nodiscard]] bool has_room(std::uint64_t bytes) const;
  /// The smallest free segment, other than the active one, that holds so many bytes.
  [[nodiscard]] std::optional<std::size_t> find_free(std::uint64_t bytes) const;
  [[nodiscard]] LogSegment make_segment(std::uint64_t length);
  /// With room for so many bytes: of the usual length, or a short one if the disk has no more.
  void add_segment(std::uint64_t bytes);
  /// Longer than usual, for one record, in place of what was made for it when it was shorter.
  void add_large_segment(std::uint64_t bytes);
  void go_on_in(std::size_t segment);
  void find_active(SegmentNumber number);
  void take_over(ScannedLog scanned, const LogAnchor& anchor, const Take& take);
  void require_usable() const;
  /// Nothing can be appended any more. Throws what says so.
  [[noreturn]] void break_off(const StorageFailure& failed);

  std::filesystem::path directory_;
  LogKey key_ = 0;
  LogOptions options_;
  std::vector<Held> segments_;                    ///< by number
  std::size_t active_ = 0;                        ///< the index of the one that is appended to
  std::uint64_t end_ = LogSegment::first_record;  ///< where the next record begins in it
  SegmentNumber next_number_ = 1;
  SegmentNumber reserved_ = 0;  ///< what `make_room` has found or made; 0 if nothing
  SegmentNumber large_ =
      0;  ///< the last that was made for a record too long for others, if it holds nothing
  std::uint64_t released_ = 0;  ///< the tables hold the records up to this number
  LogPosition appended_;
  std::uint64_t flushed_ = 0;
  std::optional<std::string> broken_;
};

}  // namespace duroxide::storage
