// Commands that delete instances and prune executions.

#include "cli/show.hpp"
#include "cli/subcommands.hpp"
#include "cli/text.hpp"

namespace duroxide::cli {

namespace {

using nlohmann::json;

void show_deleted(Output& output, const json& result) {
  if (!result.contains("would_delete")) {
    output.line(number_at(result, "instances_deleted") + " instances deleted, with " +
                number_at(result, "executions_deleted") + " executions, " +
                number_at(result, "events_deleted") + " events and " +
                number_at(result, "queue_messages_deleted") + " messages");
    return;
  }
  Table table = instance_table();
  for (const json& each : result["would_delete"]) {
    add_instance(output, table, each);
  }
  if (table.empty()) {
    output.line("nothing would be deleted");
  } else {
    output.line("would be deleted:");
    table.print(output);
  }
}

std::string ask_to_delete(const json& preview) {
  return "Delete " + std::to_string(preview["would_delete"].size()) +
         " instances (and what is below them) for good?";
}

void plan_delete(Plan& plan, const Arguments& arguments) {
  plan.request = {"delete", *arguments};
  plan.show = show_deleted;
  if (!arguments->value("dry_run", false)) {
    plan.preview = plan.request;
    plan.preview->arguments["dry_run"] = true;
    plan.question = ask_to_delete;
  }
}

void add_delete(CLI::App& app, Plan& plan) {
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
  number_option(command, arguments, "-l,--limit", "limit", "of a filter: at most so many");
  add_filter_options(command, arguments);
  command->final_callback([&plan, arguments] { plan_delete(plan, arguments); });
}

void add_prune(CLI::App& app, Plan& plan) {
  auto* command =
      add_command(app, "prune", "Drop old executions of instances, never the current ones",
                  {"duroxide --store orders prune monitor-1 --keep-last 3",
                   "duroxide --store orders prune --name Monitor --ended-before 7d --yes"});
  const auto arguments = new_arguments();
  text_option(command, arguments, "instance", "instance", "one instance; else a filter chooses");
  number_option(command, arguments, "--keep-last", "keep_last",
                "keep so many of the newest, the current one included");
  time_option(command, arguments, "--ended-before", "completed_before",
              "drop only those that ended before");
  flag_option(command, arguments, "--everything", "everything", "all instances");
  number_option(command, arguments, "-l,--limit", "limit", "of a filter: at most so many");
  add_filter_options(command, arguments);
  command->final_callback([&plan, arguments] {
    plan.request = {"prune", *arguments};
    if (!arguments->contains("instance")) {
      json filter = *arguments;
      for (const char* name : {"keep_last", "completed_before", "everything", "limit"}) {
        filter.erase(name);
      }
      plan.preview = control::Request{"count", std::move(filter)};
      plan.question = [](const json& preview) {
        return "Prune up to " + number_at(preview, "count") + " instances?";
      };
    }
    plan.show = [](Output& output, const json& result) {
      output.line(number_at(result, "executions_deleted") + " executions deleted, with " +
                  number_at(result, "events_deleted") + " events, of " +
                  number_at(result, "instances_processed") + " instances");
    };
  });
}

}  // namespace

void add_removing_subcommands(CLI::App& app, Plan& plan) {
  add_delete(app, plan);
  add_prune(app, plan);
}

}  // namespace duroxide::cli
