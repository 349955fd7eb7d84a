#pragma once

// Rows of the timer queue.

#include <string>
#include <vector>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// A row of `timers` that no history tells of.
void add_delayed(Transaction& transaction, const TimerRow& row, model::SharedBytes item);

/// If there is one.
void erase_timer(Transaction& transaction, const TimerRow& row);

/// All that an instance has.
[[nodiscard]] std::vector<TimerRow> timers_of(Transaction& transaction, Number number,
                                              const InstanceRecord& record);

}  // namespace duroxide::storage
