// What goes over many instances: page by page, several instances, or trees, in one transaction.

#include <algorithm>
#include <functional>
#include <iterator>
#include <span>

#include "client/deletable.hpp"
#include "client/management_impl.hpp"

namespace duroxide {

namespace {

constexpr std::size_t tree_in_one_transaction = 1000;
constexpr std::uint32_t bulk_page = 1000;
/// More than a transaction takes of the smallest.
constexpr std::size_t most_at_a_time = 400;

void add(DeleteInstanceResult& total, const DeleteInstanceResult& more) {
  total.instances_deleted += more.instances_deleted;
  total.executions_deleted += more.executions_deleted;
  total.events_deleted += more.events_deleted;
  total.queue_messages_deleted += more.queue_messages_deleted;
}

void add(PruneResult& total, const PruneResult& more) {
  total.instances_processed += more.instances_processed;
  total.executions_deleted += more.executions_deleted;
  total.events_deleted += more.events_deleted;
}

/// Whether an instance that could not be dealt with is merely left as it is: it has gone, or changed,
/// since it was listed.
bool is_passed_over(const ClientError& error) {
  return error.kind == ClientError::Kind::instance_not_found ||
         error.kind == ClientError::Kind::invalid_input;
}

/// What one transaction has done with the instances that it was given, in their order.
template <class Result>
struct Step {
  Result done;
  std::uint64_t seen = 0;      ///< those that are dealt with, or left as they are
  std::uint64_t acted_on = 0;  ///< those of them of which something was dropped
};

template <class Result>
using Act = std::function<ManagementClient::Answer<Step<Result>>(
    std::span<const InstanceSummary> instances, std::optional<std::uint64_t> limit)>;

/// Gives the instances that match to `act`, which takes as many of the first as it can at a time and
/// acts on `limit` at most, until it fails, `on_progress` says so, or it has dropped something of as
/// many as the filter's limit allows. Gives what all of them came to.
template <class Result>
ManagementClient::Answer<Result> for_each_match(const ManagementClient& client,
                                                const InstanceFilter& filter,
                                                const OnProgress& on_progress,
                                                const Act<Result>& act) {
  auto count = client.count_instances(filter);
  if (!count) {
    return failure(std::move(count).error());
  }
  const std::uint64_t limit = filter.limit.value_or(~std::uint64_t{0});
  Progress progress{0, std::min(*count, limit)};
  Result total;
  std::uint64_t acted_on = 0;
  std::optional<std::string> cursor;
  do {
    auto page = client.list_page(filter, bulk_page, cursor);
    if (!page) {
      return failure(std::move(page).error());
    }
    for (std::span<const InstanceSummary> rest(page->instances); !rest.empty();) {
      auto step = act(rest.first(std::min(rest.size(), most_at_a_time)),
                      filter.limit ? std::optional(limit - acted_on) : std::nullopt);
      if (!step) {
        return failure(std::move(step).error());
      }
      add(total, step->done);
      acted_on += step->acted_on;
      rest = rest.subspan(std::min<std::size_t>(step->seen, rest.size()));
      progress.done = filter.limit ? acted_on : progress.done + step->seen;
      progress.total = std::max(progress.total, progress.done);
      if (on_progress && !on_progress(progress)) {
        return total;
      }
      if (acted_on >= limit) {
        return total;
      }
    }
    cursor = page->next_cursor;
  } while (cursor);
  return total;
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

}  // namespace duroxide
