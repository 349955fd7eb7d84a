#pragma once

// Activities that must have begun to run by a certain time: a row of the timer queue looks after that. It
// stays until then, also if the activity has begun or ended.

#include <duroxide/work_items.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// For an activity that is to be queued, if it has such a time: sets that.
void watch_start(Transaction& transaction, Number number, work::ActivityExecute& item);
/// The time of that row has come: the call fails if nobody has been handed the activity. Whoever has been
/// looks after it by himself.
void reach_start_due(Transaction& transaction, const TimerRow& row);

}  // namespace duroxide::storage
