#pragma once

// Those who want to hear what happens to instances.

#include <duroxide/management_messages.hpp>

#include "engine/transaction.hpp"
#include "storage/common.hpp"

namespace duroxide::storage {

/// Refused if the holder has a subscription of that id.
void subscribe(Transaction& transaction, Holder holder, const management::SubscribeChanges& request,
               Reply<Done> reply);

/// Answered when there is something to tell. An older request for the subscription is answered with
/// nothing.
void await_changes(Transaction& transaction, Holder holder, const management::AwaitChanges& request,
                   ChangeFeed::ChangesReply reply);

}  // namespace duroxide::storage
