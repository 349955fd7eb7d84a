#include "storage/logged/log_reading.hpp"

#include <cerrno>
#include <utility>

#include <sys/stat.h>

#include "storage/log/commit_body.hpp"
#include "storage/log/scan.hpp"

namespace duroxide::storage {

LogReading::Seen LogReading::look(const std::filesystem::path& directory, const LogAnchor& anchor) {
  Seen seen{anchor.reached, {}};
  for (const SegmentNumber number : segments_in(directory)) {
    struct stat info {};
    const auto path = LogSegment::path_in(directory, number);
    if (::lstat(path.c_str(), &info) != 0) {
      throw system_failure(errno, "looking at " + quoted(path));
    }
    for (const auto each :
         {static_cast<std::int64_t>(number), static_cast<std::int64_t>(info.st_ino),
          static_cast<std::int64_t>(info.st_mtim.tv_sec),
          static_cast<std::int64_t>(info.st_mtim.tv_nsec)}) {
      seen.files.push_back(each);
    }
  }
  return seen;
}

std::unique_ptr<ReadView> LogReading::lay_over(std::unique_ptr<ReadView> tables,
                                               const std::filesystem::path& directory) {
  const auto anchor = find_anchor(*tables);
  if (!anchor) {
    return tables;  // of a release that knew no log
  }
  Seen seen = look(directory, *anchor);
  const std::lock_guard lock(mutex_);
  if (!layers_ || seen_ != seen) {
    layers_.reset();
    const ScannedLog log = scan_log(directory, *anchor, Use::read);
    Layers layers;
    layers.begin_behind(anchor->reached.number);
    for (const RecordPlace& place : log.records) {
      const std::uint64_t number = place.header.number;
      layers.push(number, changes_of(number, log.body_of(place)));
    }
    layers_ = layers.stack();
    seen_ = std::move(seen);
  }
  return layers_->over(std::move(tables));
}

void LogReading::forget() {
  const std::lock_guard lock(mutex_);
  layers_.reset();
}

}  // namespace duroxide::storage
