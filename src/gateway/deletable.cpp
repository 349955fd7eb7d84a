#include "gateway/deletable.hpp"

#include <utility>

#include "client/deletable.hpp"
#include "gateway/progress.hpp"

namespace duroxide::gateway {

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
  Reporter reporter(sink);
  auto roots = value_of(
      client::deletable_roots(session.management, std::move(filter), force, reporter.callback()));
  reporter.check("nothing was deleted");
  return roots;
}

}  // namespace duroxide::gateway
