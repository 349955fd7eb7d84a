#pragma once

#include <duroxide/provider_messages.hpp>
#include <duroxide/work_items.hpp>

#include "postgres/leases.hpp"

namespace duroxide::postgres {

/// Throws `Refusal` for what an ack says that does not fit its turn, or that may not be said.
void check_ack(const provider::AckOrchestrationItem& ack, const TurnLease& lease);
/// The same for the result that an activity ends with.
void check_completion(const WorkItem& completion);

}  // namespace duroxide::postgres
