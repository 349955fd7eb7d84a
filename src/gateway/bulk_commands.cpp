#include "gateway/bulk_commands.hpp"

#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "client/bulk_targets.hpp"
#include "gateway/answers.hpp"
#include "gateway/progress.hpp"

namespace duroxide::gateway {

namespace {

using nlohmann::json;
using Type = ArgumentType;

CommandResult would_act_on(const StoreInUse& store, const InstanceFilter& filter, Sink& sink,
                           std::string_view command, const BulkAction& action) {
  Reporter reporter(sink);
  const auto found =
      client::instances_to_act_on(store.management, filter, action, reporter.callback());
  if (found && reporter.interrupted()) {
    return failure(Reporter::interruption("nothing was done"));
  }
  if (!found) {
    return failure(CommandError(found.error()));
  }
  return json{{std::string("would_").append(command), json_of(*found)}};
}

/// For whoever asks before it is done: there may be millions.
CommandResult how_many(const StoreInUse& store, const InstanceFilter& filter, Sink& sink,
                       const BulkAction& action) {
  Reporter reporter(sink);
  const auto found = client::count_to_act_on(store.management, filter, action, reporter.callback());
  if (found && reporter.interrupted()) {
    return failure(Reporter::interruption("nothing was done"));
  }
  if (!found) {
    return failure(CommandError(found.error()));
  }
  return json{{"count", *found}};
}

}  // namespace

std::vector<Argument> one_or_all(std::vector<Argument> own, std::string_view name) {
  return joined(joined(std::move(own), {{.name = "all",
                                         .type = Type::flag,
                                         .option = "-a,--all",
                                         .help = "every instance that the filter chooses, each by "
                                                 "itself"},
                                        dry_run_argument("with --all: only show which"),
                                        {.name = "only_count", .type = Type::flag},
                                        limit_of_filter}),
                filter_arguments(OrderOptions::hidden, name));
}

bool means_all(const Arguments& arguments) {
  return arguments.flag("all");
}

bool chooses(const Arguments& arguments, std::string_view name) {
  return has_filter(arguments, name) || arguments.has("limit") || arguments.flag("dry_run") ||
         arguments.flag("only_count");
}

Result<void, CommandError> check_one_or_all(const Arguments& arguments, std::string_view name) {
  const bool one = arguments.has("instance");
  const bool many = chooses(arguments, name);
  if (one && (many || means_all(arguments))) {
    return failure(usage_error("either an instance is named, or --all and a filter choose them"));
  }
  if (many && !means_all(arguments)) {
    return failure(usage_error("say --all for everything that the filter chooses"));
  }
  if (!one && !means_all(arguments)) {
    return failure(usage_error("say which: an instance, or --all with a filter"));
  }
  return {};
}

Result<void, CommandError> check_one_or_all(const Arguments& arguments) {
  return check_one_or_all(arguments, name_of_filter);
}

CommandResult act_on_all(const StoreInUse& store, const Arguments& arguments, Sink& sink,
                         std::string_view command, const BulkAction& action,
                         std::string_view name) {
  const InstanceFilter filter = chosen(arguments, name);
  if (arguments.flag("only_count")) {
    return how_many(store, filter, sink, action);
  }
  if (arguments.flag("dry_run")) {
    return would_act_on(store, filter, sink, command, action);
  }
  Reporter reporter(sink);
  const auto result = store.management.act_on_instances(filter, action, reporter.callback());
  if (result && reporter.interrupted()) {
    return failure(Reporter::interruption("it is done to " + std::to_string(result->done) +
                                          " instances, " + std::to_string(result->refused) +
                                          " were refused"));
  }
  return as_result(result);
}

}  // namespace duroxide::gateway
