#include "storage/log/commit_log.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>
#include <utility>

#include <unistd.h>

#include "model/invariant.hpp"
#include "model/metrics.hpp"
#include "storage/directories.hpp"

namespace duroxide::storage {

namespace fs = std::filesystem;

namespace {

/// What a segment on a full disk has room for, in bytes.
constexpr std::uint64_t smallest_room = std::uint64_t{64} << 10;

}  // namespace

CommitLog::CommitLog(fs::path directory, LogKey key, const LogOptions& options)
    : directory_(std::move(directory)), key_(key), options_(options) {
  DUROXIDE_INVARIANT(key != 0, "a log has a key");
}

CommitLog CommitLog::make(const fs::path& directory, LogKey key, const LogOptions& options) {
  for (const SegmentNumber number : segments_in(directory)) {
    LogSegment::remove(directory, number);
  }
  CommitLog log(directory, key, options);
  log.add_segment(0);
  return log;
}

CommitLog CommitLog::open(const fs::path& directory, const LogAnchor& anchor,
                          const LogOptions& options, const Take& take) {
  CommitLog log(directory, anchor.key, options);
  log.take_over(scan_log(directory, anchor, Use::write), anchor, take);
  LogSegment::remove_unfinished(directory);
  return log;
}

void CommitLog::take_over(ScannedLog scanned, const LogAnchor& anchor, const Take& take) {
  for (const RecordPlace& place : scanned.records) {
    take(place.header.number, scanned.body_of(place));
  }
  // What was read may be in the kernel's memory alone: if a flush has failed, the kernel takes it for
  // written, and only what is written again reaches the disk. What is cut off must not come back behind
  // records that are written in its place.
  std::set<std::size_t> changed;
  for (const RecordPlace& place : scanned.cut_off) {
    scanned.segments.at(place.segment).write(place.offset, std::string(sector_bytes, '\0'));
    changed.insert(place.segment);
  }
  appended_ = anchor.reached;
  released_ = anchor.reached.number;
  for (const RecordPlace& place : scanned.records) {
    scanned.segments.at(place.segment).write(place.offset, scanned.bytes_of(place));
    changed.insert(place.segment);
    appended_ = place.header.position();
  }
  if (options_.flushes) {
    for (const std::size_t segment : changed) {
      scanned.segments.at(segment).flush();
    }
    // Whoever made a segment may have been killed before its name was on the disk. Those that the
    // tables name are there.
    if (scanned.segments.size() > anchor.segments.size()) {
      sync_directory(directory_);
    }
    flushed_ = appended_.number;
  }
  for (LogSegment& segment : scanned.segments) {
    next_number_ = segment.number() + 1;
    segments_.push_back({std::move(segment)});
  }
  for (const RecordPlace& place : scanned.records) {
    segments_.at(place.segment).last = place.header.number;
    active_ = place.segment;
    end_ = place.end();
  }
  if (segments_.empty()) {
    add_segment(0);
  }
}

bool CommitLog::has_room(std::uint64_t bytes) const {
  return end_ + bytes <= segments_.at(active_).file.length();
}

std::optional<std::size_t> CommitLog::find_free(std::uint64_t bytes) const {
  std::optional<std::size_t> best;
  for (std::size_t index = 0; index < segments_.size(); ++index) {
    const Held& each = segments_[index];
    if (index != active_ && each.last == 0 &&
        LogSegment::first_record + bytes <= each.file.length() &&
        (!best || each.file.length() < segments_[*best].file.length())) {
      best = index;
    }
  }
  return best;
}

std::optional<std::uint64_t> CommitLog::room_at_hand(std::uint64_t body_bytes) {
  require_usable();
  const std::uint64_t bytes = record_bytes(body_bytes);
  if (has_room(bytes)) {
    return most_body_in(active().file.length() - end_);
  }
  const auto place = find_free(bytes);
  if (!place) {
    return std::nullopt;
  }
  const LogSegment& found = segments_.at(*place).file;
  reserved_ = found.number();
  return most_body_in(found.length() - LogSegment::first_record);
}

std::uint64_t CommitLog::make_room(std::uint64_t body_bytes) {
  const auto at_hand = room_at_hand(body_bytes);
  if (at_hand) {
    return *at_hand;
  }
  const std::uint64_t bytes = record_bytes(body_bytes);
  if (LogSegment::first_record + bytes > options_.segment_bytes) {
    add_large_segment(bytes);
  } else {
    add_segment(bytes);
  }
  const LogSegment& made = segments_.back().file;
  reserved_ = made.number();
  return most_body_in(made.length() - LogSegment::first_record);
}

LogSegment CommitLog::make_segment(std::uint64_t length) {
  // Somebody may have put another file there.
  while (require_file(LogSegment::path_in(directory_, next_number_), Use::write)) {
    ++next_number_;
  }
  auto made =
      LogSegment::make(directory_, next_number_, key_, length,
                       options_.flushes ? LogSegment::Making::filled : LogSegment::Making::sparse);
  ++next_number_;
  return made;
}

void CommitLog::add_segment(std::uint64_t bytes) {
  const std::uint64_t least = LogSegment::first_record + std::max(bytes, smallest_room);
  const std::uint64_t length = std::max(options_.segment_bytes, LogSegment::first_record + bytes);
  try {
    segments_.push_back({make_segment(length)});
  } catch (const StorageFailure& failed) {
    if (failed.error().kind != ProviderError::Kind::disk_full || least >= length) {
      throw;
    }
    // There may be room for a little still, such as a deletion, which makes more.
    segments_.push_back({make_segment(least)});
  }
}

void CommitLog::add_large_segment(std::uint64_t bytes) {
  const auto before = std::find_if(segments_.begin(), segments_.end(), [&](const Held& each) {
    return large_ != 0 && each.file.number() == large_;
  });
  const std::uint64_t shorter =
      before != segments_.end() ? before->file.length() : options_.segment_bytes;
  const std::uint64_t least = LogSegment::first_record + bytes;
  // A batch grows by little at a time, and must not have a new segment each time.
  const std::uint64_t length = std::max(least, 2 * shorter);
  const auto index = static_cast<std::size_t>(before - segments_.begin());
  const bool supersedes = before != segments_.end();
  segments_.reserve(segments_.size() + 1);
  try {
    segments_.push_back({make_segment(length)});
  } catch (const StorageFailure& failed) {
    if (failed.error().kind != ProviderError::Kind::disk_full || least >= length) {
      throw;
    }
    segments_.push_back({make_segment(least)});
  }
  large_ = segments_.back().file.number();
  if (supersedes) {
    // The tables do not name it: it was neither appended to, nor holds anything.
    (void)::unlink(segments_.at(index).file.path().c_str());
    const SegmentNumber appended_to = active().file.number();
    segments_.erase(segments_.begin() + static_cast<std::ptrdiff_t>(index));
    find_active(appended_to);
  }
}

void CommitLog::find_active(SegmentNumber number) {
  const auto found = std::find_if(segments_.begin(), segments_.end(),
                                  [&](const Held& each) { return each.file.number() == number; });
  active_ = static_cast<std::size_t>(found - segments_.begin());
}

void CommitLog::go_on_in(std::size_t segment) {
  DUROXIDE_INVARIANT(segments_.at(segment).last == 0,
                     "a segment is written anew only when nothing in it is needed");
  if (options_.flushes && flushed_ < appended_.number) {
    flush();
  }
  active_ = segment;
  end_ = LogSegment::first_record;
  reserved_ = 0;
}

LogPosition CommitLog::append(CommitRecord& record) {
  const std::uint64_t bytes = record.bytes().size();
  (void)make_room(record.body_bytes());
  if (!has_room(bytes)) {
    go_on_in(*find_free(bytes));
  }
  const LogPosition position = record.seal(key_, appended_, flushed_);
  try {
    if (options_.flushes_each) {
      active().file.write_past_cache(end_, record.bytes());
    } else {
      active().file.write(end_, record.bytes());
    }
  } catch (const StorageFailure& failed) {
    if (failed.error().kind == ProviderError::Kind::disk_full) {
      throw;
    }
    break_off(failed);
  } catch (...) {
    broken_ = "no write";
    throw;
  }
  if (active().file.number() == large_) {
    large_ = 0;  // it holds something
  }
  end_ += bytes;
  appended_ = position;
  active().last = appended_.number;
  return appended_;
}

void CommitLog::flush() {
  require_usable();
  if (flushed_ < appended_.number) {
    const model::Measured measured(options_.metrics != nullptr ? &options_.metrics->flush_duration
                                                               : nullptr);
    try {
      active().file.flush();
      active().file.require_there();
    } catch (const StorageFailure& failed) {
      break_off(failed);
    } catch (...) {
      broken_ = "no flush";  // takes no memory, of which there may be none
      throw;
    }
    flushed_ = appended_.number;
  }
}

std::uint64_t CommitLog::held_bytes() const {
  std::uint64_t bytes = 0;
  for (const Held& each : segments_) {
    bytes += each.last <= released_ ? 0 : each.file.length();
  }
  return bytes;
}

std::uint64_t CommitLog::file_bytes() const {
  std::uint64_t bytes = 0;
  for (const Held& each : segments_) {
    bytes += each.file.length();
  }
  return bytes;
}

LogAnchor CommitLog::anchor(LogPosition reached) const {
  LogAnchor anchor{key_, reached, {}};
  for (std::size_t index = 0; index < segments_.size(); ++index) {
    if (index == active_ || segments_[index].last > reached.number) {
      anchor.segments.push_back(segments_[index].file.number());
    }
  }
  return anchor;
}

void CommitLog::release(const LogAnchor& durable) {
  DUROXIDE_INVARIANT(durable.reached.number <= appended_.number,
                     "the tables hold nothing that was not appended to the log");
  released_ = std::max(released_, durable.reached.number);
  const SegmentNumber appended_to = active().file.number();
  const auto is_named = [&](SegmentNumber number) {
    return std::find(durable.segments.begin(), durable.segments.end(), number) !=
           durable.segments.end();
  };
  std::size_t spare = 0;
  std::erase_if(segments_, [&](Held& each) {
    const SegmentNumber number = each.file.number();
    if (each.last > durable.reached.number || number == appended_to) {
      return false;
    }
    each.last = 0;
    // An opening misses a segment that the tables name, though nothing in it is needed.
    const bool is_of_use =
        number == reserved_ || is_named(number) ||
        (each.file.length() == options_.segment_bytes && ++spare <= options_.spare_segments);
    if (!is_of_use) {
      // If it stays, the next opening finds nothing in it.
      (void)::unlink(each.file.path().c_str());
    }
    return !is_of_use;
  });
  find_active(appended_to);
}

void CommitLog::require_usable() const {
  if (broken_) {
    throw StorageFailure(ProviderError::Kind::storage, *broken_);
  }
}

void CommitLog::break_off(const StorageFailure& failed) {
  broken_ = "no write";  // takes no memory, of which there may be none
  broken_ = failed.error().message + "; the store must be opened again";
  throw StorageFailure(ProviderError::Kind::storage, *broken_);
}

}  // namespace duroxide::storage
