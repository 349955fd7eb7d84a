#include "cli/program.hpp"

#include <algorithm>
#include <array>

namespace duroxide::cli {

namespace {

using gateway::Command;
using Type = gateway::ArgumentType;

constexpr std::array<std::string_view, 3> colors{"auto", "always", "never"};
constexpr std::array<std::string_view, 2> shells{"bash", "zsh"};

/// Needs no store; see `completion.hpp`.
const Command& completion() {
  static const Command command{.name = "completion",
                               .help = "Print what a shell needs to complete commands",
                               .examples = {"source <(duroxide completion bash)"},
                               .arguments = {{.name = "shell",
                                              .type = Type::choice,
                                              .option = "shell",
                                              .help = "bash or zsh",
                                              .required = true,
                                              .choices = shells}}};
  return command;
}

}  // namespace

const Command& program() {
  static const Command command{
      .name = "duroxide",
      .help = "Looks at stores of durable orchestrations, and acts on them.",
      .examples = {"duroxide --store orders list --status failed"},
      .arguments = {
          {.name = "store",
           .type = Type::file,
           .option = "--store",
           .help = "the directory of the store"},
          {.name = "json", .type = Type::flag, .option = "--json", .help = "JSON, for programs"},
          {.name = "yes",
           .type = Type::flag,
           .option = "-y,--yes",
           .help = "do what cannot be undone without a question"},
          {.name = "color",
           .type = Type::choice,
           .option = "--color",
           .help = "auto (on a terminal, unless NO_COLOR is set), always or never",
           .choices = colors}}};
  return command;
}

const std::vector<const Command*>& commands() {
  static const std::vector<const Command*> all = [] {
    std::vector<const Command*> found;
    found.reserve(gateway::all_commands().size() + 1);
    for (const Command& command : gateway::all_commands()) {
      if (!command.help.empty()) {
        found.push_back(&command);
      }
    }
    found.push_back(&completion());
    return found;
  }();
  return all;
}

const Command* command_named(std::string_view name) {
  const auto found = std::find_if(commands().begin(), commands().end(),
                                  [&](const Command* each) { return each->name == name; });
  return found == commands().end() ? nullptr : *found;
}

}  // namespace duroxide::cli
