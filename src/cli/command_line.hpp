#pragma once

// Command lines word by word: before they are parsed, after that has failed, and while they are still
// being written.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gateway/command.hpp"

namespace duroxide::cli {

/// A word of a command line, and what it is there.
struct Word {
  enum class Role : std::uint8_t {
    command,  ///< the name of one
    option,   ///< or several short ones, or one with its value
    value,    ///< of the option before it
    other,    ///< an argument, or what should have been a command
    end,      ///< `--`, or anything after it
  };

  std::string text;
  Role role = Role::other;
  const gateway::Command* command =
      nullptr;  ///< to which it belongs: `program()` before there is one
  /// Of an option, or several short ones: that whose value the next word is; null if none is.
  const gateway::Argument* awaits = nullptr;
};

[[nodiscard]] std::vector<Word> read_words(const std::vector<std::string>& words);

/// The words of a command line with `--option=` as two words, the second of them empty: the parser
/// takes the next word for the value otherwise, whatever that is.
[[nodiscard]] std::vector<std::string> split_empty_values(const std::vector<std::string>& words);

/// Whether `--json` is among the options.
[[nodiscard]] bool asks_for_json(const std::vector<std::string>& words);

/// The long options of a command, with their dashes.
[[nodiscard]] std::vector<std::string> long_options(const gateway::Command& command);

/// The first word that should be a command or an option and is none, with what may have been meant.
[[nodiscard]] std::optional<gateway::CommandError> find_misspelling(
    const std::vector<std::string>& words);

}  // namespace duroxide::cli
