#pragma once

// A log in a directory of its own, as a store would use it.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "storage/log/commit_log.hpp"
#include "support/quick_directory.hpp"
#include "support/temp_dir.hpp"

namespace duroxide::testing {

/// Records by number and body.
using Bodies = std::vector<std::pair<std::uint64_t, std::string>>;

class LogFixture {
 public:
  static constexpr storage::LogKey key = 4711;

  /// Seven small records behind the header.
  static storage::LogOptions small_segments() {
    storage::LogOptions options;
    options.segment_bytes = storage::LogSegment::first_record + 7 * storage::sector_bytes;
    return options;
  }

  LogFixture() : log_(std::make_unique<storage::CommitLog>(make())) {}

  storage::CommitLog& operator*() { return *log_; }
  storage::CommitLog* operator->() { return log_.get(); }

  /// Appends and flushes.
  void commit(const std::string& body) {
    log_->append(body);
    log_->flush();
  }
  /// As if all that was appended were in the tables now.
  void checkpoint() {
    anchor_ = log_->anchor(log_->appended());
    log_->release(anchor_);
  }
  /// The process ends; another finds what is returned.
  Bodies reopen() {
    log_.reset();
    Bodies found;
    log_ = std::make_unique<storage::CommitLog>(storage::CommitLog::open(
        path(), anchor_, options_,
        [&](std::uint64_t number, std::string_view body) { found.emplace_back(number, body); }));
    return found;
  }
  void close() { log_.reset(); }

  [[nodiscard]] const std::filesystem::path& path() const { return directory_.path(); }
  [[nodiscard]] std::filesystem::path segment(storage::SegmentNumber number) const {
    return storage::LogSegment::path_in(path(), number);
  }
  [[nodiscard]] std::vector<std::filesystem::path> segments() const {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(path())) {
      found.push_back(entry.path());
    }
    return found;
  }
  storage::LogAnchor& anchor() { return anchor_; }

  /// Writes over a part of a segment.
  void damage(storage::SegmentNumber number, std::uint64_t offset, const std::string& bytes) const {
    std::fstream file(segment(number), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(offset));
    file << bytes;
  }

 private:
  storage::CommitLog make() {
    auto log = storage::CommitLog::make(directory_.path(), key, options_);
    anchor_ = log.anchor({});
    return log;
  }

  TempDir directory_{quick_directory()};
  storage::LogOptions options_ = small_segments();
  storage::LogAnchor anchor_;
  std::unique_ptr<storage::CommitLog> log_;
};

}  // namespace duroxide::testing
