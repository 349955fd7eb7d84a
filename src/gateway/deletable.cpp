#include "gateway/deletable.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "client/deletable.hpp"
#include "gateway/progress.hpp"

namespace duroxide::gateway {

namespace {

bool is_deletable_root(const Session& session, const InstanceSummary& root, bool force) {
  if (force || root.status == ExecutionStatus::running) {
    return force;
  }
  auto tree = session.management.get_instance_tree(root.instance_id);
  if (!tree && tree.error().kind == ClientError::Kind::instance_not_found) {
    return false;  // deleted since it was listed
  }
  return client::find_running(value_of(std::move(tree))) == nullptr;
}

}  // namespace

InstanceTree deletable_tree(const Session& session, const std::string& instance,
                            const DeleteOptions& options) {
  InstanceTree tree = value_of(session.management.get_instance_tree(instance));
  if (const auto refused = client::refuse_deletion(session.management, tree, options)) {
    if (refused->kind != ClientError::Kind::invalid_input) {
      throw CommandFailure(command_error(*refused));
    }
    throw CommandFailure(CommandError::Kind::refused, refused->message);
  }
  return tree;
}

std::vector<InstanceSummary> deletable_roots(const Session& session, InstanceFilter filter,
                                             bool force, Sink& sink) {
  filter.roots_only = true;
  constexpr std::uint32_t page_size = 200;
  Progress progress{0, value_of(session.management.count_instances(filter))};
  Reporter reporter(sink);
  const OnProgress report = reporter.callback();
  std::vector<InstanceSummary> roots;
  std::optional<std::string> cursor;
  do {
    auto page = value_of(session.management.list_page(filter, page_size, cursor));
    for (InstanceSummary& each : page.instances) {
      if (is_deletable_root(session, each, force)) {
        roots.push_back(std::move(each));
      }
      if (filter.limit && roots.size() >= *filter.limit) {
        return roots;
      }
      progress.total = std::max(progress.total, ++progress.done);
      if (!report(progress)) {
        reporter.check("nothing was deleted");
      }
    }
    cursor = page.next_cursor;
  } while (cursor);
  return roots;
}

}  // namespace duroxide::gateway
