#pragma once

// Command lines before CLI11 sees them, or after it has refused them.

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace duroxide::cli {

/// Whether `word` names an option of the command that is followed by a value.
[[nodiscard]] bool takes_value(const CLI::App& command, const std::string& word);

/// A word of a command line, and what it is there.
struct Word {
  enum class Role {
    command,  ///< the name of one
    option,   ///< or several short ones, or one with its value
    value,    ///< of the option before it
    other,    ///< an argument, or what should have been a command
    end,      ///< `--`, or anything after it
  };

  std::string text;
  Role role = Role::other;
  const CLI::App* command = nullptr;  ///< to which it belongs; the application before there is one
};

[[nodiscard]] std::vector<Word> read_words(const CLI::App& app,
                                           const std::vector<std::string>& words);

/// The words of a command line with `--option=` as two words, the second of them empty: CLI11 takes
/// the next word for the value otherwise, whatever that is.
[[nodiscard]] std::vector<std::string> split_empty_values(const CLI::App& app,
                                                          const std::vector<std::string>& words);

/// Whether `--json` is among the options.
[[nodiscard]] bool asks_for_json(const CLI::App& app, const std::vector<std::string>& words);

/// The long options of a command, with their dashes.
[[nodiscard]] std::vector<std::string> long_options(const CLI::App& command);

/// Why a command line was refused: with the word that nothing is called, and the one that may have
/// been meant, or `otherwise`.
[[nodiscard]] std::string usage_problem(const CLI::App& app, const std::vector<std::string>& words,
                                        const std::string& otherwise);

}  // namespace duroxide::cli
