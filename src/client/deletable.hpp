#pragma once

#include <optional>

#include <duroxide/errors.hpp>
#include <duroxide/management_actions.hpp>
#include <duroxide/management_types.hpp>

namespace duroxide::client {

/// An instance of the tree that runs; null if none does.
[[nodiscard]] const InstanceSummary* find_running(const InstanceTree& tree);

/// Why the tree is not to be deleted; none if it may be. `has_parent`: whether the parent of its root
/// is there.
[[nodiscard]] std::optional<ClientError> refuse_deletion(const InstanceTree& tree,
                                                         const DeleteOptions& options,
                                                         bool has_parent);

}  // namespace duroxide::client
