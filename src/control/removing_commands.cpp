// Commands that delete instances and prune executions, one or many.

#include <string>
#include <utility>

#include "control/command_groups.hpp"
#include "control/filter_arguments.hpp"
#include "control/json_types.hpp"
#include "control/progress.hpp"

namespace duroxide::control {

namespace {

using nlohmann::json;

/// The instances that a command without an instance is about. To mean all of them must be said.
InstanceFilter chosen(const Arguments& arguments) {
  if (!has_filter(arguments) && !arguments.flag("everything")) {
    throw CommandFailure(CommandError::Kind::usage,
                         "say which: an instance, or a filter, or everything");
  }
  InstanceFilter filter = filter_of(arguments);
  filter.limit = arguments.small_number("limit");
  return filter;
}

void check_alone(const Arguments& arguments) {
  if (has_filter(arguments) || arguments.flag("everything") || arguments.has("limit")) {
    throw CommandFailure(CommandError::Kind::usage,
                         "either an instance is named, or a filter chooses them");
  }
}

/// What the store refuses once the arguments make sense is refused for the instance's state.
template <class Answer>
auto unless_refused(Answer answer) {
  if (!answer && answer.error().kind == ClientError::Kind::invalid_input) {
    throw CommandFailure(CommandError::Kind::refused, std::move(answer).error().message);
  }
  return value_of(std::move(answer));
}

json delete_one(const Session& session, const Arguments& arguments, const DeleteOptions& options) {
  check_alone(arguments);
  const std::string instance = arguments.text("instance");
  if (arguments.flag("dry_run")) {
    return {{"would_delete",
             json_of(value_of(session.management.get_instance_tree(instance)).instances)}};
  }
  return json_of(unless_refused(session.management.delete_instance(instance, options)));
}

/// Of those that match, the roots, which are what is deleted.
json would_delete(const Session& session, InstanceFilter filter) {
  filter.roots_only = true;
  return {{"would_delete", json_of(value_of(session.management.list_instances(filter)))}};
}

json delete_instances(const Session& session, const Arguments& arguments, Sink& sink) {
  const DeleteOptions options{arguments.flag("force"), arguments.flag("cascade")};
  if (arguments.has("instance")) {
    return delete_one(session, arguments, options);
  }
  const InstanceFilter filter = chosen(arguments);
  if (arguments.flag("dry_run")) {
    return would_delete(session, filter);
  }
  Reporter reporter(sink);
  const auto result =
      value_of(session.management.delete_instances(filter, options, reporter.callback()));
  reporter.check(std::to_string(result.instances_deleted) + " instances are deleted");
  return json_of(result);
}

json prune(const Session& session, const Arguments& arguments, Sink& sink) {
  PruneOptions options;
  options.keep_last = arguments.small_number("keep_last");
  options.completed_before = arguments.time("completed_before");
  if (const auto instance = arguments.optional_text("instance")) {
    check_alone(arguments);
    return json_of(value_of(session.management.prune_executions(*instance, options)));
  }
  Reporter reporter(sink);
  const auto result =
      value_of(session.management.prune_instances(chosen(arguments), options, reporter.callback()));
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

}  // namespace duroxide::control
