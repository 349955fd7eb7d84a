#include "client/deletable.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace duroxide::client {

namespace {

ClientError refuse(std::string message) {
  return {ClientError::Kind::invalid_input, std::move(message)};
}

}  // namespace

const InstanceSummary* find_running(const InstanceTree& tree) {
  const auto found =
      std::find_if(tree.instances.begin(), tree.instances.end(),
                   [](const auto& each) { return each.status == ExecutionStatus::running; });
  return found == tree.instances.end() ? nullptr : &*found;
}

std::optional<ClientError> refuse_deletion(const ManagementClient& client, const InstanceTree& tree,
                                           const DeleteOptions& options) {
  if (!tree.is_root_only() && !options.cascade) {
    return refuse("the instance `" + tree.root_id + "` has " + std::to_string(tree.size() - 1) +
                  " descendants; delete it with `cascade`, and them with it");
  }
  if (const auto& parent = tree.instances.front().parent_instance) {
    const auto found = client.get_instance_info(*parent);
    if (found) {
      return refuse("the instance `" + tree.root_id + "` is a child of `" + *parent +
                    "`, which may wait for it; delete that with `cascade`");
    }
    if (found.error().kind != ClientError::Kind::instance_not_found) {
      return found.error();
    }
  }
  if (const InstanceSummary* running = find_running(tree); running != nullptr && !options.force) {
    return refuse("the instance `" + running->instance_id +
                  "` is still running; cancel it first, or delete with `force`");
  }
  return std::nullopt;
}

}  // namespace duroxide::client
