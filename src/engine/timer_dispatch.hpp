#pragma once

// Handing out timers that are due, and what was held back for a while.

#include <duroxide/provider_messages.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// Whether there may be something to hand out. An older request of the holder is answered with nothing.
[[nodiscard]] bool dequeue_timers(Transaction& transaction, Holder holder,
                                  const provider::DequeueTimerPeekLock& request,
                                  TimerQueue::DueReply reply);

/// Those for whom there is something new.
void answer_parked_timers(Transaction& transaction);

}  // namespace duroxide::storage
