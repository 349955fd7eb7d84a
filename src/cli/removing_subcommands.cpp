// Commands that delete instances and prune executions.

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/show.hpp"
#include "cli/subcommands.hpp"
#include "gateway/arguments.hpp"

namespace duroxide::cli {

namespace {

using nlohmann::json;

/// Those of `prune` beside the filter's.
const std::vector<std::string_view> prune_arguments{"instance", "keep_last", "completed_before",
                                                    "limit", "everything"};

std::string ask_to_delete(const json& preview) {
  return "Delete " + std::to_string(preview["would_delete"].size()) +
         " instances (and what is below them) for good?";
}

void fill_in_delete(Invocation& invocation, const Arguments& arguments) {
  invocation.request = {"delete", *arguments};
  invocation.show = show_deleted;
  if (!arguments->value("dry_run", false)) {
    invocation.preview = invocation.request;
    invocation.preview->arguments["dry_run"] = true;
    invocation.question = ask_to_delete;
  }
}

void add_delete(CLI::App& app, Invocation& invocation) {
  auto* command =
      add_command(app, "delete", "Delete an instance, or the roots that a filter chooses, for good",
                  {"duroxide --store orders delete order-7 --cascade --dry-run",
                   "duroxide --store orders delete --status completed --until 30d --yes"});
  const auto arguments = new_arguments();
  text_option(command, arguments, "instance", "instance", "one instance; else a filter chooses");
  flag_option(command, arguments, "--cascade", "cascade",
              "of one instance: with everything below it");
  flag_option(command, arguments, "--force", "force", "also what still runs");
  flag_option(command, arguments, "--dry-run", "dry_run", "only show what would be deleted");
  flag_option(command, arguments, "--everything", "everything", "all instances");
  number_option(command, arguments, "-l,--limit", "limit", "of a filter: at most so many", 1);
  add_filter_options(command, arguments);
  command->final_callback([&invocation, arguments] { fill_in_delete(invocation, arguments); });
}

/// What the answer to a question must not wait for.
void check_prune(const json& values) {
  const auto arguments = gateway::Arguments::read(*gateway::find_command("prune"), values);
  if (!arguments) {
    throw gateway::CommandFailure(arguments.error());
  }
}

/// A look at how many instances match.
gateway::Request count_of_matches(json filter) {
  for (const std::string_view name : prune_arguments) {
    filter.erase(std::string(name));
  }
  return {"count", std::move(filter)};
}

std::string ask_to_prune(const json& preview, const json& values) {
  const auto count = preview.value("count", std::uint64_t{0});
  return "Prune up to " + std::to_string(std::min(count, values.value("limit", count))) +
         " instances?";
}

void fill_in_prune(Invocation& invocation, const Arguments& arguments) {
  check_prune(*arguments);
  invocation.request = {"prune", *arguments};
  if (!arguments->contains("instance")) {
    invocation.preview = count_of_matches(*arguments);
    invocation.question = [arguments](const json& preview) {
      return ask_to_prune(preview, *arguments);
    };
  } else {
    invocation.question = [](const json&) { return "Drop its old executions for good?"; };
  }
  invocation.show = show_pruned;
}

void add_prune(CLI::App& app, Invocation& invocation) {
  auto* command =
      add_command(app, "prune", "Drop old executions of instances, never the current ones",
                  {"duroxide --store orders prune monitor-1 --keep-last 3 --yes",
                   "duroxide --store orders prune --name Monitor --ended-before 7d --yes"});
  const auto arguments = new_arguments();
  text_option(command, arguments, "instance", "instance", "one instance; else a filter chooses");
  number_option(command, arguments, "--keep-last", "keep_last",
                "keep so many of the newest, the current one included");
  time_option(command, arguments, "--ended-before", "completed_before",
              "drop only those that ended before");
  flag_option(command, arguments, "--everything", "everything", "all instances");
  number_option(command, arguments, "-l,--limit", "limit", "of a filter: at most so many", 1);
  add_filter_options(command, arguments);
  command->final_callback([&invocation, arguments] { fill_in_prune(invocation, arguments); });
}

}  // namespace

void add_removing_subcommands(CLI::App& app, Invocation& invocation) {
  add_delete(app, invocation);
  add_prune(app, invocation);
}

}  // namespace duroxide::cli
