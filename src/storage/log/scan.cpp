#include "storage/log/scan.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "storage/storage_failure.hpp"

namespace duroxide::storage {

namespace {

namespace fs = std::filesystem;

/// All whole records of a segment that are not in the tables yet.
void find_records(const LogSegment& segment, std::size_t index, const LogAnchor& anchor,
                  std::vector<RecordPlace>& found) {
  const std::string bytes = segment.read(0, segment.length());
  std::uint64_t offset = LogSegment::first_record;
  while (offset < bytes.size()) {
    const auto rest = std::string_view(bytes).substr(offset);
    const auto header = read_header(rest);
    // What is in the tables already need not be whole, as others may have been written over it.
    if (header && header->number > anchor.reached.number && is_whole(anchor.key, *header, rest)) {
      found.push_back({*header, index, offset});
      offset = found.back().end();
    } else {
      offset += sector_bytes;
    }
  }
}

/// Sorts what was found into what follows from where the tables end, and what does not.
void follow_chain(std::vector<RecordPlace> found, LogPosition end, ScannedLog& log) {
  std::unordered_multimap<std::uint64_t, RecordPlace> by_number;
  for (RecordPlace& place : found) {
    by_number.emplace(place.header.number, place);
  }
  const auto next = [&] {
    auto [first, last] = by_number.equal_range(end.number + 1);
    first = std::find_if(first, last, [&](const auto& each) {
      return each.second.header.predecessor == end.checksum;
    });
    return first == last ? by_number.end() : first;
  };
  for (auto place = next(); place != by_number.end(); place = next()) {
    log.records.push_back(place->second);
    end = place->second.header.position();
    by_number.erase(place);
  }
  for (const auto& [number, place] : by_number) {
    log.cut_off.push_back(place);
  }
}

/// Refuses a log that lacks a record which was on the disk once.
void require_flushed(const ScannedLog& log, const LogAnchor& anchor) {
  const std::uint64_t last =
      log.records.empty() ? anchor.reached.number : log.records.back().header.number;
  const auto lacks = [&](const RecordPlace& place) { return place.header.flushed > last; };
  const auto witness = std::find_if(log.cut_off.begin(), log.cut_off.end(), lacks);
  if (witness != log.cut_off.end()) {
    throw StorageFailure(
        ProviderError::Kind::corrupt,
        "record " + std::to_string(last + 1) + " of the store's log was on the disk, as " +
            quoted(log.segments.at(witness->segment).path()) +
            " says, and is damaged or missing; what was committed last cannot be read. The store "
            "must be taken from a backup");
  }
}

}  // namespace

std::string ScannedLog::body_of(const RecordPlace& place) const {
  return segments.at(place.segment).read(place.offset + commit_header_bytes, place.header.length);
}

std::string ScannedLog::bytes_of(const RecordPlace& place) const {
  return segments.at(place.segment).read(place.offset, place.end() - place.offset);
}

ScannedLog scan_log(const fs::path& directory, const LogAnchor& anchor, Use use) {
  ScannedLog log;
  auto numbers = segments_in(directory);
  for (const SegmentNumber needed : anchor.segments) {
    if (!std::binary_search(numbers.begin(), numbers.end(), needed)) {
      numbers.insert(std::lower_bound(numbers.begin(), numbers.end(), needed),
                     needed);  // is missed
    }
  }
  std::vector<RecordPlace> found;
  for (const SegmentNumber number : numbers) {
    log.segments.push_back(LogSegment::open(directory, number, anchor.key, use));
    find_records(log.segments.back(), log.segments.size() - 1, anchor, found);
  }
  follow_chain(std::move(found), anchor.reached, log);
  require_flushed(log, anchor);
  return log;
}

}  // namespace duroxide::storage
