#pragma once

// What somebody holds who gives it up, or is gone.

#include <string>
#include <vector>

#include <duroxide/provider_messages.hpp>

#include "engine/transaction.hpp"
#include "storage/common.hpp"

namespace duroxide::storage {

class Engine;

/// Everything: leases, residents, parked requests.
void release_holder(Engine& engine, Holder holder, Reply<Done> reply);

/// The actor behind `holder` has ended.
void holder_gone(Engine& engine, Holder holder);

/// The holder keeps the instance no longer in memory.
void release_instance(Transaction& transaction, Holder holder, const std::string& instance);

/// The holder works on these no longer.
void release_sessions(Transaction& transaction, Holder holder,
                      const std::vector<std::string>& sessions);

}  // namespace duroxide::storage
