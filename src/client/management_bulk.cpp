// What goes over many instances: page by page, several instances, or trees, in one transaction.

#include <algorithm>
#include <iterator>

#include "client/deletable.hpp"
#include "client/each_match.hpp"
#include "client/management_impl.hpp"

namespace duroxide::DUROXIDE_ABI {

using client::add;
using client::for_each_match;
using client::Step;

namespace {

constexpr std::size_t tree_in_one_transaction = 1000;

/// Whether an instance that could not be dealt with is merely left as it is: it has gone, or changed,
/// since it was listed.
bool is_passed_over(const ClientError& error) {
  return error.kind == ClientError::Kind::instance_not_found ||
         error.kind == ClientError::Kind::invalid_input;
}

/// Adds the tree that is next, and too large for a transaction with others.
ManagementClient::Answer<void> delete_large(const ManagementClient& client, const std::string& root,
                                            bool force, Step<DeleteInstanceResult>& step) {
  const auto deleted = client.delete_instance(root, DeleteOptions{force, true});
  if (!deleted && !is_passed_over(deleted.error())) {
    return failure(deleted.error());
  }
  ++step.seen;
  if (deleted) {
    add(step.done, *deleted);
    ++step.acted_on;
  }
  return {};
}

}  // namespace

ManagementClient::Answer<DeleteInstanceResult> ManagementClient::delete_instance(
    std::string_view instance, const DeleteOptions& options) const {
  const auto tree = get_instance_tree(instance);
  if (!tree) {
    return failure(tree.error());
  }
  // A large tree goes in several transactions: found out beforehand, so that none is done in vain.
  if (auto checked = client::check_deletion(*this, *tree, options); !checked) {
    return failure(std::move(checked).error());
  }
  // From the leaves up, so that no transaction leaves an instance without its parent.
  auto ids = tree->all_ids();
  std::reverse(ids.begin(), ids.end());
  DeleteInstanceResult total;
  for (auto begin = ids.begin(); begin != ids.end();) {
    const auto size =
        std::min<std::size_t>(tree_in_one_transaction, static_cast<std::size_t>(ids.end() - begin));
    const auto end = std::next(begin, static_cast<std::ptrdiff_t>(size));
    const auto deleted = impl_->ask<DeleteInstanceResult>(
        {}, management::DeleteInstances{std::vector<std::string>(begin, end), options.force});
    if (!deleted) {
      return failure(deleted.error());
    }
    add(total, *deleted);
    begin = end;
  }
  return total;
}

ManagementClient::Answer<DeleteInstanceResult> ManagementClient::delete_instances(
    const InstanceFilter& filter, const DeleteOptions& options,
    const OnProgress& on_progress) const {
  InstanceFilter roots = filter;
  roots.roots_only = true;
  return for_each_match<DeleteInstanceResult>(
      *this, roots, on_progress,
      [&](const auto& found, auto limit) -> Answer<Step<DeleteInstanceResult>> {
        management::DeleteTrees request{{}, options.force, limit};
        request.roots.reserve(found.size());
        for (const InstanceSummary& each : found) {
          request.roots.push_back(each.instance_id);
        }
        const auto done = impl_->ask<management::DeletedTrees>({}, std::move(request));
        if (!done) {
          return failure(done.error());
        }
        Step<DeleteInstanceResult> step{done->deleted, done->roots_seen, done->roots_deleted};
        if (done->next_is_large && step.seen < found.size()) {
          auto added = delete_large(*this, found[step.seen].instance_id, options.force, step);
          if (!added) {
            return failure(std::move(added).error());
          }
        }
        return step;
      });
}

ManagementClient::Answer<PruneResult> ManagementClient::prune_instances(
    const InstanceFilter& filter, const PruneOptions& options,
    const OnProgress& on_progress) const {
  if (auto checked = client::check_prune(options); !checked) {
    return failure(std::move(checked).error());
  }
  return for_each_match<PruneResult>(
      *this, filter, on_progress, [&](const auto& found, auto limit) -> Answer<Step<PruneResult>> {
        management::PruneInstances request{{}, options, limit};
        std::vector<std::size_t> places;  // of those asked for, among all
        for (std::size_t i = 0; i < found.size(); ++i) {
          if (found[i].execution_count > 1) {  // the others have nothing to drop
            request.instances.push_back(found[i].instance_id);
            places.push_back(i);
          }
        }
        if (places.empty()) {
          return Step<PruneResult>{{found.size(), 0, 0}, found.size(), 0};
        }
        const auto done = impl_->ask<management::PrunedInstances>({}, std::move(request));
        if (!done) {
          return failure(done.error());
        }
        const std::uint64_t asked = done->instances_seen;
        Step<PruneResult> step{done->pruned, asked < places.size() ? places[asked] : found.size(),
                               done->instances_pruned};
        step.done.instances_processed += step.seen - asked;
        return step;
      });
}

}  // namespace duroxide::DUROXIDE_ABI
