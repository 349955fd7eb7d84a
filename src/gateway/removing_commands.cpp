// Commands that delete instances and prune executions, one or many.

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "gateway/answers.hpp"
#include "gateway/command_groups.hpp"
#include "gateway/deletable.hpp"
#include "gateway/filter_arguments.hpp"
#include "gateway/progress.hpp"

namespace duroxide::gateway {

namespace {

using nlohmann::json;
using Type = ArgumentType;

template <class Answer>
CommandResult would_delete(const Answer& instances) {
  return instances.transform([](const auto& found) {
    return json{{"would_delete", json_of(found)}};
  });
}

CommandResult delete_one(const StoreInUse& store, const Arguments& arguments,
                         const DeleteOptions& options) {
  const std::string instance = arguments.text("instance");
  if (arguments.flag("dry_run")) {
    return would_delete(
        deletable_tree(store, instance, options).transform([](const InstanceTree& tree) {
          return tree.instances;
        }));
  }
  return unless_refused(store.management.delete_instance(instance, options));
}

CommandResult delete_instances(const StoreInUse& store, const Arguments& arguments, Sink& sink) {
  const DeleteOptions options{arguments.flag("force"), arguments.flag("cascade")};
  if (arguments.has("instance")) {
    return delete_one(store, arguments, options);
  }
  const InstanceFilter filter = chosen(arguments);
  if (arguments.flag("dry_run")) {
    return would_delete(deletable_roots(store, filter, options.force, sink));
  }
  Reporter reporter(sink);
  const auto result = store.management.delete_instances(filter, options, reporter.callback());
  if (result && reporter.interrupted()) {
    return failure(Reporter::interruption(std::to_string(result->instances_deleted) +
                                          " instances are deleted"));
  }
  return as_result(result);
}

CommandResult prune(const StoreInUse& store, const Arguments& arguments, Sink& sink) {
  PruneOptions options;
  options.keep_last = arguments.small_number("keep_last");
  options.completed_before = arguments.time("completed_before");
  if (const auto instance = arguments.optional_text("instance")) {
    return as_result(store.management.prune_executions(*instance, options));
  }
  Reporter reporter(sink);
  const auto result =
      store.management.prune_instances(chosen(arguments), options, reporter.callback());
  if (result && reporter.interrupted()) {
    return failure(Reporter::interruption(std::to_string(result->instances_processed) +
                                          " instances are pruned"));
  }
  return as_result(result);
}

Result<void, CommandError> check_prune(const Arguments& arguments) {
  if (!arguments.has("keep_last") && !arguments.has("completed_before")) {
    return failure(usage_error("say what to drop, with --keep-last or --ended-before"));
  }
  return check_choice(arguments);
}

constexpr Argument everything{
    .name = "everything", .type = Type::flag, .option = "--everything", .help = "all instances"};

}  // namespace

std::vector<Command> removing_commands() {
  return {
      {.name = "delete",
       .help = "Delete an instance, or the roots that a filter chooses, for good",
       .examples = {"duroxide --store orders delete order-7 --cascade --dry-run",
                    "duroxide --store orders delete --status completed --until 30d --yes"},
       .arguments = joined({one_instance,
                            {.name = "cascade",
                             .type = Type::flag,
                             .option = "--cascade",
                             .help = "of one instance: with everything below it"},
                            {.name = "force",
                             .type = Type::flag,
                             .option = "--force",
                             .help = "also what still runs"},
                            dry_run_argument("only show what would be deleted"),
                            everything,
                            limit_of_filter},
                           filter_arguments()),
       .question = "Delete them for good?",
       .changes = true,
       .check = check_choice,
       .run = delete_instances},
      {.name = "prune",
       .help = "Drop old executions of instances, never the current ones",
       .examples = {"duroxide --store orders prune monitor-1 --keep-last 3 --yes",
                    "duroxide --store orders prune --name Monitor --ended-before 7d --yes"},
       .arguments = joined({one_instance,
                            {.name = "keep_last",
                             .type = Type::number,
                             .option = "--keep-last",
                             .help = "keep so many of the newest, the current one included",
                             .most = std::numeric_limits<std::uint32_t>::max()},
                            {.name = "completed_before",
                             .type = Type::time,
                             .option = "--ended-before",
                             .help = "drop only those that ended before"},
                            everything,
                            limit_of_filter},
                           filter_arguments()),
       .question = "Drop its old executions for good?",
       .changes = true,
       .check = check_prune,
       .run = prune},
  };
}

}  // namespace duroxide::gateway
