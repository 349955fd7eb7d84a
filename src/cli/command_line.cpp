#include "cli/command_line.hpp"

#include <cstddef>

namespace duroxide::cli {

namespace {

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

}  // namespace

bool takes_value(const CLI::App& command, const std::string& word) {
  const auto* option = command.get_option_no_throw(word);
  return option != nullptr && option->get_items_expected_min() > 0;
}

std::vector<std::string> split_empty_values(const CLI::App& app,
                                            const std::vector<std::string>& words) {
  std::vector<std::string> split;
  const CLI::App* command = nullptr;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const CLI::App& here = command == nullptr ? app : *command;
    bool has_next = false;
    if (word == "--") {
      split.insert(split.end(), words.begin() + static_cast<std::ptrdiff_t>(i), words.end());
      return split;
    }
    if (word.starts_with("--")) {
      const std::string name = word.substr(0, word.find('='));
      const bool takes = takes_value(here, name) || takes_value(app, name);
      if (takes && word.size() == name.size() + 1) {
        split.insert(split.end(), {name, ""});
        continue;
      }
      has_next = takes && word.size() == name.size();
    } else if (word.starts_with("-")) {
      has_next = ends_with_option(app, here, word);
    } else if (command == nullptr) {
      const auto named =
          app.get_subcommands([&](const CLI::App* each) { return each->get_name() == word; });
      command = named.empty() ? nullptr : named.front();
    }
    split.push_back(word);
    // A value stays as it is, whatever it looks like.
    if (has_next && i + 1 < words.size()) {
      split.push_back(words[++i]);
    }
  }
  return split;
}

}  // namespace duroxide::cli
