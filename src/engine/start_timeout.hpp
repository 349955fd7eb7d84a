#pragma once

// Activities that must have begun to run by a certain time: a row of the timer queue looks after that. It
// stays until then, also if the activity has begun or ended. A delivery that is given back uncounted has
// not begun; one that was lost in a crash counts as begun.

#include <duroxide/work_items.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// For an activity that is to be queued, if it has such a time: sets that.
void watch_start(Transaction& transaction, Number number, work::ActivityExecute& item);
/// The time of that row has come: the call fails if nobody has been handed the activity. Whoever has been
/// looks after it by himself.
void reach_start_due(Transaction& transaction, const TimerRow& row);
/// A delivery is given back as if it had not been made. If it was the first, and the time has come
/// meanwhile, its row is put back with the next commit, which is asked for. Throws nothing.
void first_delivery_taken_back(Transaction& transaction, const WorkLease& lease);
/// Puts back those rows, with the commit that is about to be made; without room, with a later one.
void watch_starts_again(Transaction& transaction);

}  // namespace duroxide::storage
