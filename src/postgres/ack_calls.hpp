#pragma once

#include <vector>

#include <duroxide/provider_messages.hpp>

#include "postgres/call_context.hpp"
#include "postgres/children_again.hpp"
#include "postgres/leases.hpp"
#include "postgres/request.hpp"

namespace duroxide::postgres {

/// The calls of a turn's ack: first `ack_turn`, whose answer tells whether it was accepted, then what the turn
/// does to others. Throws `Refusal` for what is wrong with the ack itself, given what the lease was for.
/// `again`: the children that were looked at; then `ack_turn` is the second.
[[nodiscard]] std::vector<Call> ack_calls(const provider::AckOrchestrationItem& ack,
                                          const TurnLease& lease, const CallContext& context,
                                          const ChildrenAgain* again = nullptr);

/// Whether the turn had no messages and has decided nothing: it was only asked, and leaves no trace.
[[nodiscard]] bool has_only_answered(const provider::AckOrchestrationItem& ack,
                                     const TurnLease& lease);

}  // namespace duroxide::postgres
