#pragma once

#include <duroxide/provider_messages.hpp>

#include "postgres/leases.hpp"

namespace duroxide::postgres {

/// Throws `Refusal` for what an ack says that does not fit its turn, or that may not be said.
void check_ack(const provider::AckOrchestrationItem& ack, const TurnLease& lease);

}  // namespace duroxide::postgres
