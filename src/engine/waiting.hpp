#pragma once

// Those who wait for an instance: for its start, its end, its custom status, or a value. What they get is committed.

#include <cstdint>
#include <vector>

#include <duroxide/provider_messages.hpp>

#include "engine/transaction.hpp"

namespace duroxide::storage {

/// Answers at once if there is nothing to wait for.
void wait_for_status(Transaction& transaction, Holder sender,
                     const provider::WaitForStatus& request, Reply<StatusWait::Answer> reply);

/// The same, for a value of an instance.
void wait_for_value(Transaction& transaction, Holder sender, const provider::WaitForValue& request,
                    Reply<ValueWait::Answer> reply);

/// Answered with the status once an instance of that id is there, or has had its first turn.
void wait_for_start(Transaction& transaction, Holder sender, const provider::WaitForStart& request,
                    Reply<StartWaits::Answer> reply);

/// An instance begins with the open batch: whoever waits for it is told when that is committed.
void note_start(Transaction& transaction, Number number);

/// Those who wait for what has begun with a commit, be it an instance or the turns of one.
void answer_waits_for_start(Transaction& transaction, const BatchOutcome& outcome);

/// Adds a wait; an earlier one of the sender's by that number ends.
void park(Transaction& transaction, Number number, Holder sender, std::uint64_t wait_id, Wait wait);

/// Answers with what there is.
void stop_waiting(Transaction& transaction, Holder sender, std::uint64_t wait_id);

/// Those who wait for what a commit has brought. `ended`: the instance has.
void answer_waits(Transaction& transaction, Number number, bool ended);

/// Those who wait for an instance that is gone.
void answer_waits_for_nobody(Transaction& transaction, const std::vector<Number>& numbers);

/// All of them. `closed`: why.
void refuse_waits(Transaction& transaction, ProviderError closed);

}  // namespace duroxide::storage
