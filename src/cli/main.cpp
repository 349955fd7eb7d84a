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

#include <nlohmann/json.hpp>

#include "cli/command_line.hpp"
#include "cli/completion.hpp"
#include "cli/invocation.hpp"
#include "cli/parser.hpp"
#include "cli/program.hpp"
#include "cli/text.hpp"
#include "cli/views.hpp"
#include "gateway/arguments.hpp"

namespace {

using namespace duroxide::cli;
using duroxide::gateway::Arguments;
using duroxide::gateway::CommandError;
using duroxide::gateway::Wording;

Settings settings_of(const Arguments& arguments) {
  const std::string color = arguments.text("color");
  return {.store = arguments.text("store"),
          .json = arguments.flag("json"),
          .yes = arguments.flag("yes"),
          .color = color == "always"  ? ColorMode::always
                   : color == "never" ? ColorMode::never
                                      : ColorMode::automatic};
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

/// Prints what a shell needs.
ExitCode complete_commands(const CommandLine& line) {
  const auto arguments = Arguments::read(*line.command, line.arguments, Wording::command_line);
  if (!arguments) {
    return complain(arguments.error());
  }
  std::cout << completion_script(arguments->text("shell"));
  return ExitCode::done;
}

ExitCode run(const std::vector<std::string>& words) {
  if (!words.empty() && words.front() == "complete-words") {
    return complete_words({words.begin() + 1, words.end()});
  }
  if (asks_for_json(words)) {
    speak_json();
  }
  const auto line = parse(words);
  if (!line) {
    return complain(line.error());
  }
  if (!line->answer.empty()) {
    std::cout << line->answer;
    return ExitCode::done;
  }
  const auto settings = Arguments::read(program(), line->settings, Wording::command_line);
  if (!settings) {
    return complain(settings.error());
  }
  if (line->command->run == nullptr) {
    return complete_commands(*line);
  }
  const auto invocation = invocation_of(*line->command, line->arguments);
  if (!invocation) {
    return complain(invocation.error());
  }
  if (settings->text("store").empty()) {
    return complain({CommandError::Kind::usage,
                     "name the directory of the store with --store or DUROXIDE_STORE"});
  }
  return run_invocation(settings_of(*settings), *invocation);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return static_cast<int>(run({argv + std::min(argc, 1), argv + argc}));
  } catch (const std::exception& failed) {
    return static_cast<int>(complain({CommandError::Kind::failed, failed.what()}));
  }
}
