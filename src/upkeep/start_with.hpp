#pragma once

// A start together with what the instance is to be told or asked at once: one request, done as a whole or
// not at all.

#include <duroxide/provider_messages.hpp>

#include "engine/engine.hpp"
#include "engine/transaction.hpp"

namespace duroxide::storage {

[[nodiscard]] provider::StartedOrFound start_and_raise(Transaction& transaction,
                                                       const provider::StartAndRaise& request);

/// Refused at once, or answered when a turn has answered the update, or when there will be none that does;
/// not before the commit in any case.
void start_and_ask(Engine& engine, Holder sender, const provider::StartAndAsk& request,
                   Reply<provider::Answer<provider::StartedAndAnswered>> reply);

}  // namespace duroxide::storage
