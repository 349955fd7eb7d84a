// Long operations on the store as a whole.

#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "gateway/answers.hpp"
#include "gateway/command_groups.hpp"
#include "gateway/commands.hpp"
#include "gateway/progress.hpp"

namespace duroxide::gateway {

namespace {

using nlohmann::json;

CommandResult backup(const StoreInUse& store, const Arguments& arguments, Sink& sink) {
  const std::string directory = arguments.text("directory");
  Reporter reporter(sink);
  const auto done = store.management.backup(directory, reporter.callback());
  if (reporter.interrupted()) {
    return failure(Reporter::interruption("there is no backup"));
  }
  auto result = unless_refused(done);
  if (result) {
    (*result)["directory"] = directory;
  }
  return result;
}

CommandResult verify(const StoreInUse& store, const Arguments&, Sink& sink) {
  Reporter reporter(sink);
  const auto report = store.management.verify(reporter.callback());
  if (report && reporter.interrupted()) {
    return failure(Reporter::interruption(std::to_string(report->problem_count) +
                                          " problems were found until then"));
  }
  return as_result(report);
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
