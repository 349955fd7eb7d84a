// Long operations on the store as a whole.

#include <filesystem>
#include <string>
#include <utility>

#include "gateway/command_groups.hpp"
#include "gateway/commands.hpp"
#include "gateway/json_types.hpp"
#include "gateway/progress.hpp"

namespace duroxide::gateway {

namespace {

using nlohmann::json;
using Type = ArgumentType;

json backup(const StoreInUse& store, const Arguments& arguments, Sink& sink) {
  const std::filesystem::path directory = arguments.text("directory");
  Reporter reporter(sink);
  auto done = store.management.backup(directory, reporter.callback());
  reporter.check("there is no backup");
  if (!done && done.error().kind == ClientError::Kind::invalid_input) {
    throw CommandFailure(CommandError::Kind::refused, std::move(done).error().message);
  }
  json result = json_of(value_of(std::move(done)));
  result["directory"] = directory.string();
  return result;
}

json verify(const StoreInUse& store, const Arguments&, Sink& sink) {
  Reporter reporter(sink);
  const VerifyReport report = value_of(store.management.verify(reporter.callback()));
  reporter.check(std::to_string(report.problem_count) + " problems were found until then");
  return json_of(report);
}

}  // namespace

std::vector<Command> store_commands() {
  return {
      {.name = "backup",
       .help = "Write a compact copy of the store, also while an engine runs on it",
       .examples = {"duroxide --store orders backup /backups/orders-monday"},
       .arguments = {{.name = "directory",
                      .type = ArgumentType::directory,
                      .option = "directory",
                      .help = "where to; must be empty or not exist yet",
                      .required = true}},
       .run = backup},
      {.name = "verify",
       .help = "Check every record, index and cross-reference; ends with 6 if something is wrong",
       .examples = {"duroxide --store orders verify"},
       .run = verify},
  };
}

}  // namespace duroxide::gateway
