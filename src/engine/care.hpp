#pragma once

// What is done with more care after an unclean end, so that what caused it is found.

#include "engine/transaction.hpp"
#include "engine/turn_messages.hpp"

namespace duroxide::storage {

/// Reads who is suspected.
void load_suspects(Transaction& transaction);

/// Lets the next of the activities that may be guilty be handed out, if its time has come.
[[nodiscard]] bool offer_suspect_work(Transaction& transaction);

/// Those that had to wait and may have their turn now.
void release_suspects(Transaction& transaction);

/// Waits for them no longer than it may.
void watch_suspects(Transaction& transaction);

/// Whether a delivery must be on the disk before it is made.
[[nodiscard]] bool count_before_delivery(Transaction& transaction, const InstanceRecord& record,
                                         Number number, const TurnMessages& messages);

}  // namespace duroxide::storage
