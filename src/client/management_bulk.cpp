// What goes over many instances: page by page, each instance, or tree, in a transaction of its own.

#include <algorithm>
#include <iterator>

#include "client/deletable.hpp"
#include "client/management_impl.hpp"

namespace duroxide {

namespace {

constexpr std::size_t tree_in_one_transaction = 1000;
constexpr std::uint32_t bulk_page = 200;

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

/// Calls `act` with each instance that matches, until it fails, `on_progress` says so, or it has
/// dropped something of as many as the filter's limit allows. Gives what all of them came to.
template <class Result, class Act>
ManagementClient::Answer<Result> for_each_match(const ManagementClient& client,
                                                const InstanceFilter& filter,
                                                const OnProgress& on_progress, const Act& act) {
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
    for (const InstanceSummary& summary : page->instances) {
      auto done = act(summary);
      if (done) {
        add(total, *done);
        acted_on += done->executions_deleted > 0 ? 1 : 0;
      } else if (!is_passed_over(done.error())) {
        return failure(std::move(done).error());
      }
      progress.done = filter.limit ? acted_on : progress.done + 1;
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

}  // namespace

ManagementClient::Answer<DeleteInstanceResult> ManagementClient::delete_instance(
    std::string_view instance, const DeleteOptions& options) const {
  const auto tree = get_instance_tree(instance);
  if (!tree) {
    return failure(tree.error());
  }
  // A large tree goes in several transactions: found out beforehand, so that none is done in vain.
  if (auto refused = client::refuse_deletion(*this, *tree, options)) {
    return failure(std::move(*refused));
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
        std::nullopt,
        management::DeleteInstances{std::vector<std::string>(begin, end), options.force});
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
  const DeleteOptions each{options.force, true};
  return for_each_match<DeleteInstanceResult>(
      *this, roots, on_progress,
      [&](const InstanceSummary& summary) { return delete_instance(summary.instance_id, each); });
}

ManagementClient::Answer<PruneResult> ManagementClient::prune_instances(
    const InstanceFilter& filter, const PruneOptions& options,
    const OnProgress& on_progress) const {
  if (auto bad = client::check_prune(options)) {
    return failure(std::move(*bad));
  }
  return for_each_match<PruneResult>(*this, filter, on_progress,
                                     [&](const InstanceSummary& summary) {
                                       return prune_executions(summary.instance_id, options);
                                     });
}

}  // namespace duroxide
