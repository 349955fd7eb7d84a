#include "cli/command_line.hpp"

#include <algorithm>
#include <cstddef>

#include "cli/program.hpp"
#include "cli/suggestion.hpp"

namespace duroxide::cli {

namespace {

using gateway::Argument;
using gateway::Command;
using Role = Word::Role;

/// `--option` of `--option=value`.
std::string name_of_option(const std::string& word) {
  return word.substr(0, word.find('='));
}

const Argument* option_of(const Command& command, const std::string& name) {
  const auto found =
      std::find_if(command.arguments.begin(), command.arguments.end(), [&](const Argument& each) {
        return !is_positional(each) && (long_name(each) == name || short_name(each) == name);
      });
  return found == command.arguments.end() ? nullptr : &*found;
}

/// An option of the command, or one that goes for all, if a value follows it.
const Argument* option_with_value(const Command& command, const std::string& name) {
  const Argument* own = option_of(command, name);
  const Argument* option = own != nullptr ? own : option_of(program(), name);
  return option == nullptr || option->type == gateway::ArgumentType::flag ? nullptr : option;
}

/// The option whose value the next word is.
const Argument* awaiting(const Command& command, const std::string& word) {
  if (word.starts_with("--")) {
    return option_with_value(command, word);  // with `=` it is the name of none
  }
  // Of short options in one word, such as `-rl`, the first with a value takes the rest of the word.
  for (std::size_t i = 1; i < word.size(); ++i) {
    if (const Argument* option = option_with_value(command, {'-', word[i]})) {
      return i + 1 == word.size() ? option : nullptr;
    }
  }
  return nullptr;
}

bool is_option_of(const Command& command, const std::string& name) {
  const auto known = long_options(command);
  return std::find(known.begin(), known.end(), name) != known.end();
}

/// How to begin: a command does not have, or there is not.
std::string lacking(const Command& command) {
  return &command == &program() ? "there is" : "`" + std::string(command.name) + "` has";
}

}  // namespace

std::vector<Word> read_words(const std::vector<std::string>& words) {
  std::vector<Word> read;
  read.reserve(words.size());
  const Command* here = &program();
  bool has_ended = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    Word word{words[i], Role::other, here};
    has_ended = has_ended || word.text == "--";
    if (has_ended) {
      word.role = Role::end;
    } else if (word.text.starts_with("-")) {
      word.role = Role::option;
      word.awaits = awaiting(*here, word.text);
    } else if (const auto* named = here == &program() ? command_named(word.text) : nullptr) {
      word.role = Role::command;
      word.command = here = named;
    }
    const bool has_value = word.awaits != nullptr && i + 1 < words.size();
    read.push_back(std::move(word));
    // A value stays as it is, whatever it looks like.
    if (has_value) {
      read.push_back({words[++i], Role::value, here});
    }
  }
  return read;
}

std::vector<std::string> split_empty_values(const std::vector<std::string>& words) {
  std::vector<std::string> split;
  split.reserve(words.size());
  for (const Word& word : read_words(words)) {
    const std::string name = name_of_option(word.text);
    const bool is_empty = word.role == Role::option && word.text.starts_with("--") &&
                          word.text.size() == name.size() + 1 &&
                          option_with_value(*word.command, name) != nullptr;
    split.push_back(is_empty ? name : word.text);
    if (is_empty) {
      split.emplace_back();
    }
  }
  return split;
}

bool asks_for_json(const std::vector<std::string>& words) {
  const auto read = read_words(words);
  return std::any_of(read.begin(), read.end(), [](const Word& each) {
    return each.role == Role::option && each.text == "--json";
  });
}

std::vector<std::string> long_options(const Command& command) {
  std::vector<std::string> names{"--help"};
  if (&command == &program()) {
    names.emplace_back("--version");
  }
  for (const Argument& argument : command.arguments) {
    if (long_name(argument).starts_with("--")) {
      names.emplace_back(long_name(argument));
    }
  }
  return names;
}

std::optional<gateway::CommandError> find_misspelling(const std::vector<std::string>& words) {
  for (const Word& word : read_words(words)) {
    const std::string name = name_of_option(word.text);
    if (word.role == Role::other && word.command == &program()) {
      std::vector<std::string> names;
      names.reserve(commands().size());
      for (const Command* each : commands()) {
        names.emplace_back(each->name);
      }
      return gateway::usage_error("there is no command `" + word.text + "`; " +
                                  suggestion(word.text, names));
    }
    if (word.role == Role::option && name.starts_with("--") && !is_option_of(*word.command, name) &&
        !is_option_of(program(), name)) {
      auto names = long_options(*word.command);
      const auto general = long_options(program());
      names.insert(names.end(), general.begin(), general.end());
      return gateway::usage_error(lacking(*word.command) + " no option `" + name + "`; " +
                                  suggestion(name, names));
    }
  }
  return std::nullopt;
}

}  // namespace duroxide::cli
