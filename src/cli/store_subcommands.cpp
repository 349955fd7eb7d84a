// Commands about the store as a whole.

#include <filesystem>

#include "cli/show.hpp"
#include "cli/subcommands.hpp"
#include "cli/text.hpp"
#include "gateway/json_text.hpp"

namespace duroxide::cli {

namespace {

using nlohmann::json;

void add_stats(CLI::App& app, Plan& plan) {
  auto* command = add_command(app, "stats", "Show counts of instances, events and queues",
                              {"duroxide --store orders stats"});
  command->final_callback([&plan] {
    plan.request.command = "stats";
    plan.show = show_stats;
  });
}

void add_health(CLI::App& app, Plan& plan) {
  auto* command = add_command(app, "health", "Show how the store does as a whole",
                              {"duroxide --store orders health"});
  command->final_callback([&plan] {
    plan.request.command = "health";
    plan.show = show_health;
  });
}

void add_stuck(CLI::App& app, Plan& plan) {
  auto* command =
      add_command(app, "stuck", "List what does not get on by itself, and what it waits for",
                  {"duroxide --store orders stuck --idle 1h"});
  const auto arguments = new_arguments();
  duration_option(command, arguments, "--idle", "no_progress_for",
                  "also instances that have not changed for so long");
  number_option(command, arguments, "-l,--limit", "limit", "at most so many of each kind", 1);
  command->final_callback([&plan, arguments] {
    plan.request = {"stuck", *arguments};
    plan.show = show_stuck;
  });
}

void add_backup(CLI::App& app, Plan& plan) {
  auto* command = add_command(app, "backup",
                              "Write a compact copy of the store, also while an engine runs on it",
                              {"duroxide --store orders backup /backups/orders-monday"});
  const auto directory = std::make_shared<std::string>();
  command->add_option("directory", *directory, "where to; must be empty or not exist yet")
      ->required()
      ->type_name("DIRECTORY");
  command->final_callback([&plan, directory] {
    if (directory->empty()) {
      throw gateway::CommandFailure(gateway::CommandError::Kind::usage,
                                    "name the directory for the backup");
    }
    // The engine may have another working directory.
    plan.request = {
        "backup",
        {{"directory", gateway::json_of_text(std::filesystem::absolute(*directory).string())}}};
    plan.show = [](Output& output, const json& result) {
      output.line(number_at(result, "records") + " records, " + number_at(result, "bytes") +
                  " bytes in " + printable(text_at(result, "directory")));
    };
  });
}

void add_verify(CLI::App& app, Plan& plan) {
  auto* command = add_command(
      app, "verify",
      "Check every record, index and cross-reference; ends with 6 if something is wrong",
      {"duroxide --store orders verify"});
  command->final_callback([&plan] {
    plan.request.command = "verify";
    plan.show = show_verify;
    plan.judge = [](const json& result) {
      return result.value("clean", false) ? ExitCode::done : ExitCode::problems;
    };
  });
}

}  // namespace

void add_store_subcommands(CLI::App& app, Plan& plan) {
  add_stats(app, plan);
  add_health(app, plan);
  add_stuck(app, plan);
  add_backup(app, plan);
  add_verify(app, plan);
}

}  // namespace duroxide::cli
