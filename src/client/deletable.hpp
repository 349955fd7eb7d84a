#pragma once

#include <vector>

#include <duroxide/management.hpp>

namespace duroxide::client {

// Which instances may be deleted: the one place that knows, for deletions and for looking first what
// they would delete.

/// Whether the tree may be deleted. Asks `client` for the parent of its root only if that matters, and
/// gives the error if that cannot be told.
[[nodiscard]] Result<void, ClientError> check_deletion(const ManagementClient& client,
                                                       const InstanceTree& tree,
                                                       const DeleteOptions& options);

/// The roots that match and can be deleted now with everything below them, up to the filter's limit.
/// None at all if `on_progress` says to stop.
[[nodiscard]] Result<std::vector<InstanceSummary>, ClientError> deletable_roots(
    const ManagementClient& client, InstanceFilter filter, bool force,
    const OnProgress& on_progress);

}  // namespace duroxide::client
