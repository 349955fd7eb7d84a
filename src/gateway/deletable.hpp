#pragma once

#include <string>
#include <vector>

#include <duroxide/management.hpp>

#include "gateway/commands.hpp"
#include "gateway/sink.hpp"

namespace duroxide::gateway {

// What `ManagementClient` would delete if it were told to now.

/// Errors: those with which it would refuse.
[[nodiscard]] Result<InstanceTree, CommandError> deletable_tree(const StoreInUse& store,
                                                                const std::string& instance,
                                                                const DeleteOptions& options);

/// The roots that match and can be deleted with everything below them, up to the filter's limit.
[[nodiscard]] Result<std::vector<InstanceSummary>, CommandError> deletable_roots(
    const StoreInUse& store, InstanceFilter filter, bool force, Sink& sink);

}  // namespace duroxide::gateway
