#pragma once

#include <vector>

#include <duroxide/provider_messages.hpp>

#include "postgres/call_context.hpp"
#include "postgres/children_again.hpp"
#include "postgres/leases.hpp"
#include "postgres/promised_work.hpp"
#include "postgres/request.hpp"

namespace duroxide::postgres {

/// The call of an ack that adds the activities of its turn, if it has any: its answer says which of them were
/// handed out.
inline constexpr const char* adding_work = "add_work_of_turn";

/// The activities of a turn as they are queued; not those that it has cancelled itself.
[[nodiscard]] std::vector<work::ActivityExecute> work_of(const provider::AckOrchestrationItem& ack,
                                                         const TurnLease& lease,
                                                         const CallContext& context);

/// The calls of a turn's ack: first `ack_turn`, whose answer tells whether it was accepted, then what the turn
/// does to others. Throws `Refusal` for what is wrong with the ack itself, given what the lease was for.
/// `work`: its activities, and whom they are promised to. `again`: the children that were looked at; then `ack_turn` is the second.
[[nodiscard]] std::vector<Call> ack_calls(const provider::AckOrchestrationItem& ack,
                                          const TurnLease& lease, const CallContext& context,
                                          const PromisedWork& work,
                                          const ChildrenAgain* again = nullptr);

/// Whether the turn had no messages and has decided nothing: it was only asked, and leaves no trace.
[[nodiscard]] bool has_only_answered(const provider::AckOrchestrationItem& ack,
                                     const TurnLease& lease);

}  // namespace duroxide::postgres
