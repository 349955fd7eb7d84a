#include "gateway/deletable.hpp"

#include <utility>

#include "client/deletable.hpp"
#include "gateway/progress.hpp"

namespace duroxide::gateway {

Result<InstanceTree, CommandError> deletable_tree(const StoreInUse& store,
                                                  const std::string& instance,
                                                  const DeleteOptions& options) {
  auto tree = store.management.get_instance_tree(instance);
  if (!tree) {
    return failure(CommandError(std::move(tree).error()));
  }
  if (const auto may = client::check_deletion(store.management, *tree, options); !may) {
    return failure(refused_by_state(may.error()));
  }
  return std::move(*tree);
}

Result<std::vector<InstanceSummary>, CommandError> deletable_roots(const StoreInUse& store,
                                                                   InstanceFilter filter,
                                                                   bool force, Sink& sink) {
  Reporter reporter(sink);
  auto roots =
      client::deletable_roots(store.management, std::move(filter), force, reporter.callback());
  if (roots && reporter.interrupted()) {
    return failure(Reporter::interruption("nothing was deleted"));
  }
  if (!roots) {
    return failure(CommandError(std::move(roots).error()));
  }
  return std::move(*roots);
}

}  // namespace duroxide::gateway
