#pragma once

// Updates and queries: somebody asks an instance something and waits for the answer of its code. An update
// goes to the instance as a message; a query stands in memory alone, and goes along with the next turn, which
// it brings about if there is none. The answer comes with the ack of the turn.

#include <optional>

#include <duroxide/provider_messages.hpp>

#include "engine/engine.hpp"
#include "engine/transaction.hpp"

namespace duroxide::storage {

/// Refused at once, or answered when a turn has answered it, or when there will be none that does.
void ask_update(Engine& engine, Holder sender, const provider::AskUpdate& request,
                Reply<UpdateWait::Answer> reply);

/// The same within a request that is being applied: `reply` gets what a turn answers. Gives what the
/// instance has answered before if it has ended; then there is nothing to wait for.
[[nodiscard]] std::optional<provider::UpdateAnswer> stage_update(Transaction& transaction,
                                                                 Holder sender,
                                                                 const provider::AskUpdate& request,
                                                                 Reply<UpdateWait::Answer> reply);

/// Answered when a turn has answered it, or when there will be none that does. Gives whether something may
/// be handed out now.
[[nodiscard]] bool ask_query(Transaction& transaction, Holder sender,
                             const provider::AskQuery& request, Reply<UpdateWait::Answer> reply);

/// No turn will answer what is asked of an instance: tells those who ask why.
void refuse_questions(Transaction& transaction, Number number, ProviderError why);

/// A turn that is committed has answered an update: tells those who wait for it.
void answer_update(Transaction& transaction, Number number, const provider::UpdateAnswer& answer);

/// What there is to say to one who has asked an instance that has ended, as committed: what an update was
/// answered in the last execution, or that nobody will. None if the instance is gone.
[[nodiscard]] std::optional<UpdateWait::Answer> answer_of_ended(Transaction& transaction,
                                                                Number number,
                                                                const UpdateWait& wait);

}  // namespace duroxide::storage
