#pragma once

// What of a log is there after a crash. Records follow each other by number, and each names the
// checksum of the one before it, wherever they lie: so the log is the longest chain that begins where the
// tables end. Each record also says which others were flushed when it was written. So it is known
// whether what is missing was never acknowledged (the torn tail, which is cut off) or is damage: but
// for the last record that was flushed, or several that were flushed together, which no later one
// vouches for.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "storage/log/anchor.hpp"
#include "storage/log/record.hpp"
#include "storage/log/segment.hpp"
#include "storage/private_files.hpp"

namespace duroxide::storage {

/// Where a record lies.
struct RecordPlace {
  CommitHeader header;
  std::size_t segment = 0;  ///< its index among the segments
  std::uint64_t offset = 0;

  [[nodiscard]] std::uint64_t end() const { return offset + record_bytes(header.length); }
};

struct ScannedLog {
  std::vector<LogSegment> segments;  ///< all that there are, by number
  std::vector<RecordPlace> records;  ///< those behind `LogAnchor::reached`, in order
  /// Whole records that the chain does not lead to: what was written behind a record that is torn.
  std::vector<RecordPlace> cut_off;

  [[nodiscard]] std::string body_of(const RecordPlace& place) const;
  /// The whole of it, as it stands in its segment.
  [[nodiscard]] std::string bytes_of(const RecordPlace& place) const;
};

/// Changes nothing; what `use` says is what the segments are opened for. Throws `StorageFailure`: `corrupt` if a record is not there that another says was
/// flushed, or if a segment is missing or damaged.
[[nodiscard]] ScannedLog scan_log(const std::filesystem::path& directory, const LogAnchor& anchor,
                                  Use use);

}  // namespace duroxide::storage
