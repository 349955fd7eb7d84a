#pragma once

// Where the tables of a store end and its log goes on. It stands in the tables themselves, written in
// the same transaction as what it speaks of.

#include <optional>
#include <string>
#include <vector>

#include "storage/kv.hpp"
#include "storage/log/record.hpp"
#include "storage/log/segment.hpp"

namespace duroxide::storage {

/// What the tables of a store say of its log.
struct LogAnchor {
  LogKey key = 0;
  LogPosition reached;                  ///< what of the log is in the tables
  std::vector<SegmentNumber> segments;  ///< those that held more than that, or were to
};

/// What the tables say of their log; none if they have none yet. Throws `StorageFailure`: `corrupt` if
/// it makes no sense.
[[nodiscard]] std::optional<LogAnchor> find_anchor(const ReadView& tables);

/// The change that has the tables say so.
[[nodiscard]] Changes change_to(const LogAnchor& anchor);

}  // namespace duroxide::storage
