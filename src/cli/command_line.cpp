#include "cli/command_line.hpp"

#include <algorithm>
#include <cstddef>

#include "cli/suggestion.hpp"

namespace duroxide::cli {

namespace {

using Role = Word::Role;

const CLI::App* command_named(const CLI::App& app, const std::string& name) {
  const auto named =
      app.get_subcommands([&](const CLI::App* each) { return each->get_name() == name; });
  return named.empty() ? nullptr : named.front();
}

/// `--option` of `--option=value`.
std::string name_of_option(const std::string& word) {
  return word.substr(0, word.find('='));
}

/// How to begin: a command does not have, or there is not.
std::string lacking(const CLI::App& command, const CLI::App& app) {
  return &command == &app ? "there is" : "`" + command.get_name() + "` has";
}

/// Whether the word after these short options, such as `-rl`, is the value of the last of them.
bool ends_with_option(const CLI::App& app, const CLI::App& command, const std::string& word) {
  for (std::size_t i = 1; i < word.size(); ++i) {
    const std::string option{'-', word[i]};
    if (takes_value(command, option) || takes_value(app, option)) {
      return i + 1 == word.size();
    }
  }
  return false;
}

/// Whether the next word is this option's value.
bool wants_next(const CLI::App& app, const CLI::App& command, const std::string& word) {
  if (word.starts_with("--")) {
    return word.find('=') == std::string::npos &&
           (takes_value(command, word) || takes_value(app, word));
  }
  return ends_with_option(app, command, word);
}

}  // namespace

bool takes_value(const CLI::App& command, const std::string& word) {
  const auto* option = command.get_option_no_throw(word);
  return option != nullptr && option->get_items_expected_min() > 0;
}

std::vector<Word> read_words(const CLI::App& app, const std::vector<std::string>& words) {
  std::vector<Word> read;
  const CLI::App* here = &app;
  bool has_ended = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    has_ended = has_ended || word == "--";
    Role role = Role::other;
    if (has_ended) {
      role = Role::end;
    } else if (word.starts_with("-")) {
      role = Role::option;
    } else if (const auto* named = here == &app ? command_named(app, word) : nullptr) {
      role = Role::command;
      here = named;
    }
    read.push_back({word, role, here});
    // A value stays as it is, whatever it looks like.
    if (role == Role::option && i + 1 < words.size() && wants_next(app, *here, word)) {
      read.push_back({words[++i], Role::value, here});
    }
  }
  return read;
}

std::vector<std::string> split_empty_values(const CLI::App& app,
                                            const std::vector<std::string>& words) {
  std::vector<std::string> split;
  for (const auto& [word, role, command] : read_words(app, words)) {
    const std::string name = name_of_option(word);
    const bool is_empty = role == Role::option && word.starts_with("--") &&
                          word.size() == name.size() + 1 &&
                          (takes_value(*command, name) || takes_value(app, name));
    split.push_back(is_empty ? name : word);
    if (is_empty) {
      split.emplace_back();
    }
  }
  return split;
}

bool asks_for_json(const CLI::App& app, const std::vector<std::string>& words) {
  const auto read = read_words(app, words);
  return std::any_of(read.begin(), read.end(), [](const Word& each) {
    return each.role == Role::option && each.text == "--json";
  });
}

std::vector<std::string> long_options(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      names.push_back("--" + name);
    }
  }
  for (const CLI::App* group :
       command.get_subcommands([](const CLI::App* each) { return each->get_name().empty(); })) {
    const auto more = long_options(*group);
    names.insert(names.end(), more.begin(), more.end());
  }
  return names;
}

std::string usage_problem(const CLI::App& app, const std::vector<std::string>& words,
                          const std::string& otherwise) {
  for (const auto& [word, role, command] : read_words(app, words)) {
    const std::string name = name_of_option(word);
    if (role == Role::other && command == &app) {
      std::vector<std::string> names;
      for (const CLI::App* each : app.get_subcommands({})) {
        names.push_back(each->get_name());
      }
      return "there is no command `" + word + "`; " + suggestion(word, names);
    }
    if (role == Role::option && word.starts_with("--") &&
        command->get_option_no_throw(name) == nullptr && app.get_option_no_throw(name) == nullptr) {
      auto names = long_options(*command);
      const auto general = long_options(app);
      names.insert(names.end(), general.begin(), general.end());
      return lacking(*command, app) + " no option `" + name + "`; " + suggestion(name, names);
    }
  }
  return otherwise + "; --help says more";
}

}  // namespace duroxide::cli
