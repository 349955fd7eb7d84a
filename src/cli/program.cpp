#include "cli/program.hpp"

#include <algorithm>
#include <array>

#include "cli/copy_command.hpp"
#include "cli/lint_command.hpp"
#include "cli/ui_command.hpp"

namespace duroxide::cli {

namespace {

using gateway::Command;
using Type = gateway::ArgumentType;

constexpr std::string_view details =
    R"(A command goes to the engine that runs on the store, if one answers on its control socket, and is
carried out on the store itself if nobody runs on it. A store in a database (postgresql://...) is
always acted on directly, beside whoever works on it.

With --json, standard output holds the answer as one document (lines of them for `tail`, `top` and
`list --all`) and nothing if there is none. What went wrong is one line on standard error:
  {"error":{"kind":"not_found","message":"...","exit_code":3}}
with the kind failed, usage, not_found, store, refused or interrupted. What is to be known beside
the answer is a line there as well: {"warning":{"kind":"...","message":"..."}}, {"notice":{...}}.

Exit codes:
  0    done
  1    failed; `lint` has found something
  2    the command line makes no sense
  3    no such instance or execution
  4    the store cannot be opened: missing, foreign, corrupt, in use
  5    refused for the state of the instance: it exists already, still runs, has finished; of
       many: for some of them
  6    `verify` has found something wrong
  130  interrupted)";

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
      .details = details,
      .arguments = {
          {.name = "store",
           .type = Type::file,
           .option = "--store",
           .help = "the directory of the store, or its address: postgresql://..."},
          {.name = "json", .type = Type::flag, .option = "--json", .help = "JSON, for programs"},
          {.name = "yes",
           .type = Type::flag,
           .option = "-y,--yes",
           .help = "do what people are asked about without a question"},
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
    found.reserve(gateway::all_commands().size() + 4);
    for (const Command& command : gateway::all_commands()) {
      if (!command.help.empty()) {
        found.push_back(&command);
      }
    }
    found.push_back(&copy_command());
    found.push_back(&ui_command());
    found.push_back(&lint_command());
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
