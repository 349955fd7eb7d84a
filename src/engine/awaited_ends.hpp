#pragma once

// Instances that wait for the end of another: rows of the table `awaited`. An instance that has ended has
// none, neither as the one nor as the other.

#include <duroxide/work_items.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// Answers at once if there is no such instance, or it has ended; else the end is told by `tell_end`. Or
/// forgets who waits no more.
void await_end(Transaction& transaction, const work::AwaitInstance& request);

/// Tells all who wait how the instance has ended, as its record and its result say in the open batch.
void tell_end(Transaction& transaction, Number number, const InstanceRecord& record);

/// Tells them that there is no end to come: the instance is deleted.
void tell_deletion(Transaction& transaction, Number number, const InstanceRecord& record);

/// The instance ends without a turn, and waits for nobody any more. While its history still says what is
/// open.
void stop_awaiting(Transaction& transaction, Number number, const InstanceRecord& record);

}  // namespace duroxide::storage
