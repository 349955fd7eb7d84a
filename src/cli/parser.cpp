// The only file that sees CLI11.

#include "cli/parser.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <sstream>
#include <utility>

#include <CLI/CLI.hpp>

#include <duroxide/version.hpp>

#include "cli/command_line.hpp"
#include "cli/program.hpp"
#include "cli/values.hpp"

namespace duroxide::cli {

namespace {

using gateway::Alternatives;
using gateway::Argument;
using gateway::Command;
using gateway::CommandError;
using nlohmann::json;
using Type = gateway::ArgumentType;

std::string placeholder(const Argument& argument) {
  switch (argument.type) {
    case Type::choice: {
      std::string name(long_name(argument));
      name.erase(0, name.find_first_not_of('-'));
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char each) { return static_cast<char>(std::toupper(each)); });
      return name;
    }
    case Type::number:
    case Type::digits:
      return "N";
    case Type::time:
      return "TIME";
    case Type::duration:
      return "DURATION";
    case Type::content:
    case Type::file:
      return "FILE";
    case Type::directory:
      return "DIRECTORY";
    case Type::flag:
    case Type::text:
    case Type::instance:
    case Type::orchestration:
      break;
  }
  return "TEXT";
}

std::string help_of(const Argument& argument) {
  std::string help(argument.help);
  const auto add_default = [&](const std::string& value) {
    help.append(help.empty() ? "" : "; ").append("default: ").append(value);
  };
  if (const auto* text = std::get_if<std::string_view>(&argument.by_default)) {
    add_default(text->empty() ? "an empty text" : std::string(*text));
  }
  if (const auto* number = std::get_if<std::uint64_t>(&argument.by_default)) {
    add_default(std::to_string(*number));
  }
  return help;
}

std::string footer_of(const Command& command) {
  std::string footer = command.examples.size() == 1 ? "Example:" : "Examples:";
  for (const std::string_view example : command.examples) {
    footer.append("\n  ").append(example);
  }
  if (!command.details.empty()) {
    footer.append("\n\n").append(command.details);
  }
  return footer;
}

/// The options of one command, by the names of its arguments.
class Options {
 public:
  Options(CLI::App& app, const Command& command) : command_(command) {
    app.footer(footer_of(command));
    for (const Argument& argument : command.arguments) {
      if (!argument.option.empty()) {
        options_[argument.name] = add(place_of(argument, app), argument);
      }
    }
    for (const Alternatives& alternatives : command.alternatives) {
      if (!alternatives.required) {
        exclude_each_other(alternatives);
      }
    }
  }

  [[nodiscard]] CLI::Option& of(std::string_view name) const { return *options_.at(name); }

  [[nodiscard]] Result<json, CommandError> values() const {
    json values = json::object();
    for (const auto& [name, option] : options_) {
      const Argument& argument = *find_argument(command_, name);
      if (option->count() == 0 || (argument.type == Type::flag && !option->as<bool>())) {
        continue;
      }
      auto value = value_of_words(argument, option->results());
      if (!value) {
        return value;
      }
      values[std::string(name)] = std::move(*value);
    }
    return values;
  }

 private:
  static CLI::Option* add(CLI::App& app, const Argument& argument) {
    const std::string names(argument.option);
    const std::string help = help_of(argument);
    if (argument.type == Type::flag) {
      return app.add_flag_callback(
          names, [] {}, help);
    }
    if (!argument.repeats) {
      return app
          .add_option_function<std::string>(
              names, [](const std::string&) {}, help)
          ->required(argument.required)
          ->type_name(placeholder(argument));
    }
    CLI::Option* option = app.add_option_function<std::vector<std::string>>(
        names, [](const std::vector<std::string>&) {}, help);
    if (argument.type == Type::choice) {
      option->delimiter(',');
    }
    return option
        // What follows an option's value is another argument.
        ->allow_extra_args(is_positional(argument))
        ->required(argument.required)
        ->type_name(placeholder(argument));
  }

  /// The command, or the group of alternatives one of which must be given.
  CLI::App& place_of(const Argument& argument, CLI::App& app) {
    for (const auto& [names, required] : command_.alternatives) {
      if (required && std::find(names.begin(), names.end(), argument.name) != names.end()) {
        CLI::App*& group = groups_[names.front()];
        if (group == nullptr) {
          group = app.add_option_group("what");
          group->require_option(1);
        }
        return *group;
      }
    }
    return app;
  }

  void exclude_each_other(const Alternatives& alternatives) {
    for (const std::string_view name : alternatives.names) {
      for (const std::string_view other : alternatives.names) {
        if (name < other) {
          of(name).excludes(&of(other));
        }
      }
    }
  }

  const Command& command_;
  std::map<std::string_view, CLI::Option*> options_;
  std::map<std::string_view, CLI::App*> groups_;  ///< by their first argument
};

CommandError why_refused(const std::vector<std::string>& words, const CLI::ParseError& refused) {
  auto misspelling = find_misspelling(words);
  return misspelling ? std::move(*misspelling)
                     : gateway::usage_error(std::string(refused.what()) + "; --help says more");
}

}  // namespace

Result<CommandLine, CommandError> parse(const std::vector<std::string>& words) {
  CLI::App app(std::string(program().help), std::string(program().name));
  app.require_subcommand(1);
  app.fallthrough();
  const Options general(app, program());
  general.of("store").envname("DUROXIDE_STORE")->type_name("STORE");
  general.of("color").type_name("WHEN");
  app.set_version_flag("--version", "duroxide " DUROXIDE_VERSION);
  std::map<std::string, std::pair<const Command*, Options>> subcommands;
  for (const Command* command : commands()) {
    const std::string name(command->name);
    auto* const subcommand = app.add_subcommand(name, std::string(command->help));
    subcommands.emplace(name, std::pair(command, Options(*subcommand, *command)));
  }
  try {
    auto reversed = split_empty_values(words);
    std::reverse(reversed.begin(), reversed.end());  // as CLI11 wants them
    app.parse(std::move(reversed));
  } catch (const CLI::ParseError& stopped) {
    if (stopped.get_exit_code() != 0) {
      return failure(why_refused(words, stopped));
    }
    std::ostringstream answer;
    app.exit(stopped, answer, answer);
    return CommandLine{.answer = answer.str()};
  }
  const auto& [command, options] = subcommands.at(app.get_subcommands().front()->get_name());
  auto settings = general.values();
  auto arguments = options.values();
  if (!settings || !arguments) {
    return failure(settings ? std::move(arguments).error() : std::move(settings).error());
  }
  return CommandLine{"", command, std::move(*settings), std::move(*arguments)};
}

}  // namespace duroxide::cli
