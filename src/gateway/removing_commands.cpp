// Commands that delete instances and prune executions, one or many.

#include <string>
#include <utility>

#include "gateway/command_groups.hpp"
#include "gateway/deletable.hpp"
#include "gateway/filter_arguments.hpp"
#include "gateway/json_types.hpp"
#include "gateway/progress.hpp"

namespace duroxide::gateway {

namespace {

using nlohmann::json;

/// The instances that a command without an instance is about.
InstanceFilter chosen(const Arguments& arguments) {
  InstanceFilter filter = filter_of(arguments);
  filter.limit = arguments.small_number("limit", 1);
  return filter;
}

/// What the store refuses once the arguments make sense is refused for the instance's state.
template <class Answer>
auto unless_refused(Answer answer) {
  if (!answer && answer.error().kind == ClientError::Kind::invalid_input) {
    throw CommandFailure(CommandError::Kind::refused, std::move(answer).error().message);
  }
  return value_of(std::move(answer));
}

json delete_one(const StoreInUse& store, const Arguments& arguments, const DeleteOptions& options) {
  const std::string instance = arguments.text("instance");
  if (arguments.flag("dry_run")) {
    return {{"would_delete", json_of(deletable_tree(store, instance, options).instances)}};
  }
  return json_of(unless_refused(store.management.delete_instance(instance, options)));
}

json delete_instances(const StoreInUse& store, const Arguments& arguments, Sink& sink) {
  const DeleteOptions options{arguments.flag("force"), arguments.flag("cascade")};
  check_choice(arguments);
  if (arguments.has("instance")) {
    return delete_one(store, arguments, options);
  }
  const InstanceFilter filter = chosen(arguments);
  if (arguments.flag("dry_run")) {
    return {{"would_delete", json_of(deletable_roots(store, filter, options.force, sink))}};
  }
  Reporter reporter(sink);
  const auto result =
      value_of(store.management.delete_instances(filter, options, reporter.callback()));
  reporter.check(std::to_string(result.instances_deleted) + " instances are deleted");
  return json_of(result);
}

json prune(const StoreInUse& store, const Arguments& arguments, Sink& sink) {
  PruneOptions options;
  options.keep_last = arguments.small_number("keep_last");
  options.completed_before = arguments.time("completed_before");
  check_choice(arguments);
  if (const auto instance = arguments.optional_text("instance")) {
    return json_of(value_of(store.management.prune_executions(*instance, options)));
  }
  Reporter reporter(sink);
  const auto result =
      value_of(store.management.prune_instances(chosen(arguments), options, reporter.callback()));
  reporter.check(std::to_string(result.instances_processed) + " instances are pruned");
  return json_of(result);
}

}  // namespace

void add_removing_commands(std::vector<Command>& commands) {
  commands.push_back(
      {"delete",
       filter_arguments({"instance", "force", "cascade", "dry_run", "limit", "everything"}), true,
       false, delete_instances});
  commands.push_back(
      {"prune",
       filter_arguments({"instance", "keep_last", "completed_before", "limit", "everything"}), true,
       false, prune});
}

}  // namespace duroxide::gateway
