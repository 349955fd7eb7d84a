#pragma once

#include <optional>

#include <duroxide/management.hpp>

namespace duroxide::client {

/// An instance of the tree that runs; null if none does.
[[nodiscard]] const InstanceSummary* find_running(const InstanceTree& tree);

/// Why the tree is not to be deleted; none if it may be. Asks `client` for the parent of its root only
/// if that matters, and gives the error if that cannot be told.
[[nodiscard]] std::optional<ClientError> refuse_deletion(const ManagementClient& client,
                                                         const InstanceTree& tree,
                                                         const DeleteOptions& options);

}  // namespace duroxide::client
