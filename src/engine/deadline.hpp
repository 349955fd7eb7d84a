#pragma once

// By when an instance must have ended: a row of the timer queue that asks it to stop, and goes with it.

#include <cstdint>
#include <limits>
#include <optional>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// The id of that row, which is no sequence of a message.
inline constexpr std::uint64_t deadline_id = std::numeric_limits<std::uint64_t>::max();

/// Of an instance that is started to run from `from` on; nothing if it may take as long as it likes. Who
/// calls it writes the record.
void add_deadline(Transaction& transaction, Number number, InstanceRecord& record, Timestamp from,
                  const std::optional<std::uint64_t>& timeout_ms);
/// The instance ends. Who calls it writes the record.
void erase_deadline(Transaction& transaction, Number number, InstanceRecord& record);
/// The time of that row has come: `item` goes to the instance, if it still runs.
void reach_deadline(Transaction& transaction, const TimerRow& row, const WorkItem& item);

}  // namespace duroxide::storage
