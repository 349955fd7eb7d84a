// Commands about the store as a whole.

#include <filesystem>

#include "cli/show.hpp"
#include "cli/subcommands.hpp"
#include "gateway/json_text.hpp"

namespace duroxide::cli {

namespace {

using nlohmann::json;

void add_stats(CLI::App& app, Invocation& invocation) {
  auto* command = add_command(app, "stats", "Show counts of instances, events and queues",
                              {"duroxide --store orders stats"});
  command->final_callback([&invocation] {
    invocation.request.command = "stats";
    invocation.show = show_stats;
  });
}

void add_health(CLI::App& app, Invocation& invocation) {
  auto* command = add_command(app, "health", "Show how the store does as a whole",
                              {"duroxide --store orders health"});
  command->final_callback([&invocation] {
    invocation.request.command = "health";
    invocation.show = show_health;
  });
}

void add_stuck(CLI::App& app, Invocation& invocation) {
  auto* command =
      add_command(app, "stuck", "List what does not get on by itself, and what it waits for",
                  {"duroxide --store orders stuck --idle 1h"});
  const auto arguments = new_arguments();
  duration_option(command, arguments, "--idle", "no_progress_for",
                  "also instances that have not changed for so long");
  number_option(command, arguments, "-l,--limit", "limit", "at most so many of each kind", 1);
  command->final_callback([&invocation, arguments] {
    invocation.request = {"stuck", *arguments};
    invocation.show = show_stuck;
  });
}

void add_backup(CLI::App& app, Invocation& invocation) {
  auto* command = add_command(app, "backup",
                              "Write a compact copy of the store, also while an engine runs on it",
                              {"duroxide --store orders backup /backups/orders-monday"});
  const auto directory = std::make_shared<std::string>();
  command->add_option("directory", *directory, "where to; must be empty or not exist yet")
      ->required()
      ->type_name("DIRECTORY");
  command->final_callback([&invocation, directory] {
    if (directory->empty()) {
      throw gateway::CommandFailure(gateway::CommandError::Kind::usage,
                                    "name the directory for the backup");
    }
    // The engine may have another working directory.
    invocation.request = {
        "backup",
        {{"directory", gateway::json_of_text(std::filesystem::absolute(*directory).string())}}};
    invocation.show = show_backup;
  });
}

void add_verify(CLI::App& app, Invocation& invocation) {
  auto* command = add_command(
      app, "verify",
      "Check every record, index and cross-reference; ends with 6 if something is wrong",
      {"duroxide --store orders verify"});
  command->final_callback([&invocation] {
    invocation.request.command = "verify";
    invocation.show = show_verify;
    invocation.judge = [](const json& result) {
      return result.value("clean", false) ? ExitCode::done : ExitCode::problems;
    };
  });
}

}  // namespace

void add_store_subcommands(CLI::App& app, Invocation& invocation) {
  add_stats(app, invocation);
  add_health(app, invocation);
  add_stuck(app, invocation);
  add_backup(app, invocation);
  add_verify(app, invocation);
}

}  // namespace duroxide::cli
