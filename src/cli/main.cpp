// The command `duroxide`: looks at stores and acts on them.

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/command_line.hpp"
#include "cli/completion.hpp"
#include "cli/invocation.hpp"
#include "cli/subcommands.hpp"
#include "cli/text.hpp"

namespace {

using namespace duroxide::cli;

constexpr const char* footer = R"(Example:
  duroxide --store orders list --status failed

A command goes to the engine that runs on the store, if one answers on its control socket, and is
carried out on the store itself if nobody runs on it.

With --json, standard output holds the answer as one document (lines of them for `tail` and
`list --all`) and nothing if there is none. What went wrong is one line on standard error:
  {"error":{"kind":"not_found","message":"...","exit_code":3}}
with the kind failed, usage, not_found, store, refused or interrupted. What is to be known beside
the answer is a line there as well: {"warning":{"kind":"...","message":"..."}}, {"notice":{...}}.

Exit codes:
  0    done
  1    failed
  2    the command line makes no sense
  3    no such instance or execution
  4    the store cannot be opened: missing, foreign, corrupt, in use
  5    refused for the state of the instance: it exists already, still runs, has finished
  6    `verify` has found something wrong
  130  interrupted)";

ColorMode color_mode(const std::string& text) {
  if (text == "auto") {
    return ColorMode::automatic;
  }
  if (text != "always" && text != "never") {
    throw CLI::ValidationError("--color", "`" + text + "` must be auto, always or never");
  }
  return text == "always" ? ColorMode::always : ColorMode::never;
}

void add_settings(CLI::App& app, Settings& settings) {
  app.add_option("--store", settings.store, "the directory of the store")
      ->envname("DUROXIDE_STORE")
      ->type_name("DIR");
  app.add_flag("--json", settings.json, "JSON, for programs");
  app.add_flag("-y,--yes", settings.yes, "do what cannot be undone without a question");
  app.add_option_function<std::string>(
         "--color", [&settings](const std::string& text) { settings.color = color_mode(text); },
         "auto (on a terminal, unless NO_COLOR is set), always or never")
      ->type_name("WHEN");
  app.set_version_flag("--version", "duroxide " DUROXIDE_VERSION);
}

void add_completion(CLI::App& app, std::string& shell) {
  auto* script = add_command(app, "completion", "Print what a shell needs to complete commands",
                             {"source <(duroxide completion bash)"});
  script->add_option("shell", shell, "bash or zsh")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh"}));
}

/// Whether a shell takes it as one word that does nothing. An id may hold anything.
bool is_plain(std::string_view word) {
  constexpr std::string_view signs = "_.:@/=+,%-";
  return printable(word) == word && std::all_of(word.begin(), word.end(), [&](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                  static_cast<unsigned char>(c) >= 0x80 || signs.find(c) != std::string_view::npos;
         });
}

/// For the scripts of `completion`. Half a command line is no command line, so it is not parsed.
ExitCode complete_words(const std::vector<std::string>& words) {
  const char* store = std::getenv("DUROXIDE_STORE");  // NOLINT: nobody sets it meanwhile
  for (const std::string& word : completions(store == nullptr ? "" : store, words)) {
    if (is_plain(word)) {
      std::cout << word << "\n";
    }
  }
  return ExitCode::done;
}

ExitCode run(int argc, char** argv) {
  Settings settings;
  Invocation invocation;
  std::string shell;
  CLI::App app("Looks at stores of durable orchestrations, and acts on them.", "duroxide");
  app.footer(footer);
  app.require_subcommand(1);
  app.fallthrough();
  add_settings(app, settings);
  add_reading_subcommands(app, invocation);
  add_store_subcommands(app, invocation);
  add_acting_subcommands(app, invocation);
  add_removing_subcommands(app, invocation);
  add_restoring_subcommands(app, invocation);
  add_completion(app, shell);
  if (argc > 1 && std::string_view(argv[1]) == "complete-words") {
    return complete_words({argv + 2, argv + argc});
  }
  const std::vector<std::string> given(argv + 1, argv + argc);
  if (asks_for_json(given)) {
    speak_json();
  }
  try {
    auto words = split_empty_values(given);
    std::reverse(words.begin(), words.end());  // as CLI11 wants them
    app.parse(std::move(words));
  } catch (const CLI::ParseError& stopped) {
    if (stopped.get_exit_code() == 0) {  // --help, --version
      app.exit(stopped);
      return ExitCode::done;
    }
    const auto misspelling = find_misspelling(given);
    return complain(misspelling ? *misspelling
                                : duroxide::gateway::usage_error(std::string(stopped.what()) +
                                                                 "; --help says more"));
  }
  if (!shell.empty()) {
    std::cout << completion_script(shell);
    return ExitCode::done;
  }
  if (settings.store.empty()) {
    return complain({duroxide::gateway::CommandError::Kind::usage,
                     "name the directory of the store with --store or DUROXIDE_STORE"});
  }
  return run_invocation(settings, invocation);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return static_cast<int>(run(argc, argv));
  } catch (const duroxide::gateway::CommandFailure& failed) {
    return static_cast<int>(complain(failed.error()));
  } catch (const std::exception& failed) {
    return static_cast<int>(
        complain({duroxide::gateway::CommandError::Kind::failed, failed.what()}));
  }
}
