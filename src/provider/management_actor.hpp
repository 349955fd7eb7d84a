#pragma once

#include <memory>

#include <duroxide/management_protocol.hpp>

#include "protocol/overdue_turns.hpp"
#include "provider/provider_actor.hpp"
#include "queries/management.hpp"
#include "upkeep/upkeep.hpp"

namespace duroxide::storage {

/// What is known of the work of a store that does not lie in it.
struct SeenAtWork {
  std::shared_ptr<detail::OverdueTurns> overdue_turns;
  std::shared_ptr<const model::Metrics> metrics;  ///< null if nothing is counted
};

/// The management interface of a store: reads go to threads of their own that give way to the
/// engine's, one each for those that are short, for pages of listings, for those that may take long,
/// and for maintenance, so that none ever waits behind another kind; changes go on to the writer. In
/// a deterministic system all are ordinary scheduled actors.
[[nodiscard]] ManagementActor spawn_management(caf::actor_system& system, const Management& reads,
                                               const Upkeep& upkeep, SeenAtWork seen,
                                               WriterActor writer);

}  // namespace duroxide::storage
