#include "gateway/deletable.hpp"

#include <utility>

#include "client/deletable.hpp"
#include "gateway/progress.hpp"

namespace duroxide::gateway {

InstanceTree deletable_tree(const StoreInUse& store, const std::string& instance,
                            const DeleteOptions& options) {
  InstanceTree tree = value_of(store.management.get_instance_tree(instance));
  if (const auto may = client::check_deletion(store.management, tree, options); !may) {
    if (may.error().kind != ClientError::Kind::invalid_input) {
      throw CommandFailure(may.error());
    }
    throw CommandFailure(CommandError::Kind::refused, may.error().message);
  }
  return tree;
}

std::vector<InstanceSummary> deletable_roots(const StoreInUse& store, InstanceFilter filter,
                                             bool force, Sink& sink) {
  Reporter reporter(sink);
  auto roots = value_of(
      client::deletable_roots(store.management, std::move(filter), force, reporter.callback()));
  reporter.check("nothing was deleted");
  return roots;
}

}  // namespace duroxide::gateway
