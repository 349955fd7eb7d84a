#pragma once

#include <functional>
#include <optional>
#include <string>

#include <duroxide/errors.hpp>
#include <duroxide/management_actions.hpp>
#include <duroxide/management_types.hpp>
#include <duroxide/result.hpp>

namespace duroxide::client {

/// An instance of the tree that runs; null if none does.
[[nodiscard]] const InstanceSummary* find_running(const InstanceTree& tree);

/// Why the tree is not to be deleted; none if it may be. `has_parent` tells whether the parent of its
/// root is there, and is asked only if that matters; an error of its own is handed on.
[[nodiscard]] std::optional<ClientError> refuse_deletion(
    const InstanceTree& tree, const DeleteOptions& options,
    const std::function<Result<bool, ClientError>(const std::string&)>& has_parent);

}  // namespace duroxide::client
