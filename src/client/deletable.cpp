#include "client/deletable.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace duroxide::client {

namespace {

auto refuse(std::string message) {
  return failure(ClientError{ClientError::Kind::invalid_input, std::move(message)});
}

/// An instance of the tree that runs; null if none does.
const InstanceSummary* find_running(const InstanceTree& tree) {
  const auto found =
      std::find_if(tree.instances.begin(), tree.instances.end(),
                   [](const auto& each) { return each.status == ExecutionStatus::running; });
  return found == tree.instances.end() ? nullptr : &*found;
}

Result<bool, ClientError> is_deletable_root(const ManagementClient& client,
                                            const InstanceSummary& root, bool force) {
  if (force || root.status == ExecutionStatus::running) {
    return force;
  }
  const auto tree = client.get_instance_tree(root.instance_id);
  if (tree) {
    return find_running(*tree) == nullptr;
  }
  if (tree.error().kind == ClientError::Kind::instance_not_found) {
    return false;  // deleted since it was listed
  }
  return failure(tree.error());
}

}  // namespace

Result<void, ClientError> check_deletion(const ManagementClient& client, const InstanceTree& tree,
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
      return failure(found.error());
    }
  }
  if (const InstanceSummary* running = find_running(tree); running != nullptr && !options.force) {
    return refuse("the instance `" + running->instance_id +
                  "` is still running; cancel it first, or delete with `force`");
  }
  return {};
}

Result<std::vector<InstanceSummary>, ClientError> deletable_roots(const ManagementClient& client,
                                                                  InstanceFilter filter, bool force,
                                                                  const OnProgress& on_progress) {
  constexpr std::uint32_t page_size = 200;
  filter.roots_only = true;
  const auto count = client.count_instances(filter);
  if (!count) {
    return failure(count.error());
  }
  Progress progress{0, *count};
  std::vector<InstanceSummary> roots;
  std::optional<std::string> cursor;
  do {
    auto page = client.list_page(filter, page_size, cursor);
    if (!page) {
      return failure(std::move(page).error());
    }
    for (InstanceSummary& each : page->instances) {
      const auto deletable = is_deletable_root(client, each, force);
      if (!deletable) {
        return failure(deletable.error());
      }
      if (*deletable) {
        roots.push_back(std::move(each));
      }
      if (filter.limit && roots.size() >= *filter.limit) {
        return roots;
      }
      progress.total = std::max(progress.total, ++progress.done);
      if (!on_progress(progress)) {
        return std::vector<InstanceSummary>();
      }
    }
    cursor = page->next_cursor;
  } while (cursor);
  return roots;
}

}  // namespace duroxide::client
