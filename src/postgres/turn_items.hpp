#pragma once

#include <string>

#include <duroxide/provider_messages.hpp>

#include "model/flaw.hpp"
#include "postgres/leases.hpp"
#include "postgres/rows.hpp"

namespace duroxide::postgres {

/// The flaw says what of it cannot be read.
[[nodiscard]] Result<provider::OrchestrationItem, model::Flaw> read_turn(const Rows::Row& row,
                                                                         TurnLease& lease);

}  // namespace duroxide::postgres
