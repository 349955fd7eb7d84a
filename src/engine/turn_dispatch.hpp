#pragma once

// Handing out turns.

#include <duroxide/provider_messages.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// Whether there may be something to hand out.
[[nodiscard]] bool fetch_turns(Transaction& transaction, Holder holder,
                               const provider::FetchOrchestrationItem& request,
                               OrchestratorQueue::FetchReply reply);

/// What there is, to those who have asked for it.
void dispatch_turns(Transaction& transaction);

}  // namespace duroxide::storage
