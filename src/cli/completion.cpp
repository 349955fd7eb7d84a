#include "cli/completion.hpp"

#include <algorithm>
#include <cstddef>

#include <nlohmann/json.hpp>

#include "cli/command_line.hpp"
#include "cli/interrupt.hpp"
#include "cli/program.hpp"
#include "cli/target.hpp"

namespace duroxide::cli {

namespace {

using gateway::Argument;
using gateway::Command;
using nlohmann::json;
using Role = Word::Role;
using Type = gateway::ArgumentType;

// Both shells ask the command itself, so that they always know what this release knows.

constexpr const char* bash_script = R"(# duroxide completion for bash:
#   source <(duroxide completion bash)
_duroxide() {
  local IFS=$'\n' cur=${COMP_WORDS[COMP_CWORD]} cword=$COMP_CWORD
  local -a words=("${COMP_WORDS[@]}")
  # Ids may have colons, at which bash would end a word.
  if declare -F _get_comp_words_by_ref >/dev/null; then
    _get_comp_words_by_ref -n := -c cur -i cword -w words
  fi
  # shellcheck disable=SC2207  # one word a line
  COMPREPLY=($(duroxide complete-words "${words[@]:1:cword}" 2>/dev/null))
  if declare -F __ltrim_colon_completions >/dev/null; then
    __ltrim_colon_completions "$cur"
  fi
}
complete -o default -F _duroxide duroxide
)";

constexpr const char* zsh_script = R"(#compdef duroxide
# duroxide completion for zsh:
#   source <(duroxide completion zsh)
_duroxide() {
  local -a words_found
  words_found=("${(@f)$(duroxide complete-words "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "${words_found[1]}" ]]; then
    compadd -a words_found
  else
    _files
  fi
}
compdef _duroxide duroxide
)";

/// The command line up to the word that is to be completed.
struct Position {
  const Command* command = &program();
  std::string store;
  std::size_t positionals = 0;       ///< of the command, before that word
  const Argument* option = nullptr;  ///< whose value the word is
};

Position find_position(const std::string& default_store, const std::vector<std::string>& before) {
  Position position;
  position.store = default_store;
  const std::string store_option = "--store=";
  for (const Word& word : read_words(before)) {
    position.command = word.command;
    if (word.role == Role::value && position.option->name == "store") {
      position.store = word.text;
    } else if (word.role == Role::option && word.text.starts_with(store_option)) {
      position.store = word.text.substr(store_option.size());
    }
    const bool is_end = word.role == Role::end && word.text != "--";
    position.positionals += word.role == Role::other || is_end ? 1 : 0;
    position.option = word.awaits;
  }
  return position;
}

/// What the word is that is to be completed; null if it is one too many.
const Argument* argument_at(const Position& position) {
  if (position.option != nullptr) {
    return position.option;
  }
  std::size_t place = position.positionals;
  for (const Argument& argument : position.command->arguments) {
    if (is_positional(argument) && place-- == 0) {
      return &argument;
    }
  }
  return nullptr;
}

std::vector<std::string> words_of_store(const std::string& store, const char* of,
                                        const std::string& prefix) {
  const gateway::AnswerHandlers ignore{[](const json&) { return true; },
                                       [](const json&) { return true; }};
  const auto found = carry_out(store, {"complete", {{"of", of}, {"prefix", prefix}}}, ignore,
                               watch_for_interrupts());
  return found ? (*found)["words"].get<std::vector<std::string>>() : std::vector<std::string>();
}

std::vector<std::string> values_of(const Argument& argument, const std::string& store,
                                   const std::string& prefix) {
  switch (argument.type) {
    case Type::choice:
      return {argument.choices.begin(), argument.choices.end()};
    case Type::instance:
      return words_of_store(store, "instances", prefix);
    case Type::orchestration:
      return words_of_store(store, "orchestrations", prefix);
    case Type::flag:
    case Type::text:
    case Type::number:
    case Type::digits:
    case Type::time:
    case Type::duration:
    case Type::content:
    case Type::directory:
    case Type::file:
      break;
  }
  return {};
}

std::vector<std::string> names_of_commands() {
  std::vector<std::string> names;
  names.reserve(commands().size());
  for (const Command* command : commands()) {
    names.emplace_back(command->name);
  }
  return names;
}

}  // namespace

std::string_view completion_script(std::string_view shell) {
  return shell == "zsh" ? zsh_script : bash_script;
}

std::vector<std::string> completions(const std::string& default_store,
                                     const std::vector<std::string>& words) {
  const std::string last = words.empty() ? std::string() : words.back();
  const std::vector<std::string> before(words.begin(),
                                        words.empty() ? words.end() : words.end() - 1);
  const Position position = find_position(default_store, before);
  std::vector<std::string> found;
  if (position.option == nullptr && last.starts_with("-")) {
    found = long_options(*position.command);
  } else if (position.option == nullptr && position.command == &program()) {
    found = names_of_commands();
  } else if (const Argument* argument = argument_at(position)) {
    found = values_of(*argument, position.store, last);
  }
  std::erase_if(found, [&](const std::string& word) { return !word.starts_with(last); });
  return found;
}

}  // namespace duroxide::cli
