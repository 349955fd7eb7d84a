#include "cli/order.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "cli/completion.hpp"
#include "cli/copy_command.hpp"
#include "cli/lint_command.hpp"
#include "cli/parser.hpp"
#include "cli/program.hpp"
#include "cli/ui_command.hpp"
#include "cli/views.hpp"
#include "gateway/arguments.hpp"

namespace duroxide::cli {

namespace {

using gateway::Arguments;
using gateway::CommandError;
using gateway::Wording;

Settings settings_of(const Arguments& arguments) {
  const std::string color = arguments.text("color");
  return {.store = arguments.text("store"),
          .json = arguments.flag("json"),
          .yes = arguments.flag("yes"),
          .color = color == "always"  ? ColorMode::always
                   : color == "never" ? ColorMode::never
                                      : ColorMode::automatic};
}

CommandError no_store_named() {
  return gateway::usage_error(
      "name the directory of the store, or its address, with --store or DUROXIDE_STORE");
}

/// The dashboard.
Result<Order, CommandError> order_of_ui(const CommandLine& line, const Settings& settings) {
  const auto arguments = Arguments::read(*line.command, line.arguments, Wording::command_line);
  if (!arguments) {
    return failure(arguments.error());
  }
  auto options = ui_options(*arguments);
  if (!options) {
    return failure(std::move(options).error());
  }
  if (settings.store.empty()) {
    return failure(no_store_named());
  }
  return Order{.answer = {}, .settings = settings, .invocation = {}, .served = std::move(*options)};
}

/// A copy, which names its own stores.
Result<Order, CommandError> order_of_copy(const CommandLine& line, const Settings& settings) {
  const auto arguments = Arguments::read(*line.command, line.arguments, Wording::command_line);
  if (!arguments) {
    return failure(arguments.error());
  }
  auto invocation = invocation_of_copy(*arguments);
  if (!invocation) {
    return failure(std::move(invocation).error());
  }
  return Order{.answer = {}, .settings = settings, .invocation = std::move(*invocation)};
}

/// What a shell needs.
Result<Order, CommandError> order_of_completion(const CommandLine& line) {
  const auto arguments = Arguments::read(*line.command, line.arguments, Wording::command_line);
  if (!arguments) {
    return failure(arguments.error());
  }
  return Order{.answer = std::string(completion_script(arguments->text("shell"))),
               .settings = {},
               .invocation = {}};
}

}  // namespace

Result<Order, CommandError> read_order(const std::vector<std::string>& words) {
  auto line = parse(words);
  if (!line) {
    return failure(std::move(line).error());
  }
  if (!line->answer.empty()) {
    return Order{.answer = std::move(line->answer), .settings = {}, .invocation = {}};
  }
  const auto settings = Arguments::read(program(), line->settings, Wording::command_line);
  if (!settings) {
    return failure(settings.error());
  }
  if (line->command == &lint_command()) {
    const auto arguments = Arguments::read(*line->command, line->arguments, Wording::command_line);
    return arguments ? order_of_lint(*arguments, settings->flag("json"))
                     : failure(arguments.error());
  }
  if (line->command == &ui_command()) {
    return order_of_ui(*line, settings_of(*settings));
  }
  if (line->command == &copy_command()) {
    return order_of_copy(*line, settings_of(*settings));
  }
  if (line->command->run == nullptr) {
    return order_of_completion(*line);
  }
  auto invocation = invocation_of(*line->command, line->arguments, settings->flag("json"));
  if (!invocation) {
    return failure(std::move(invocation).error());
  }
  if (settings->text("store").empty()) {
    return failure(no_store_named());
  }
  return Order{
      .answer = {}, .settings = settings_of(*settings), .invocation = std::move(*invocation)};
}

}  // namespace duroxide::cli
