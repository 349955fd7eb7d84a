#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <variant>

namespace duroxide::gateway {

/// What an argument is, as a word of a command line and in a request.
enum class ArgumentType : std::uint8_t {
  flag,           ///< true if it is given
  text,           ///< any bytes; in a request `{"base64":"…"}` for those that are no text
  instance,       ///< a text: the id of an instance that is there
  orchestration,  ///< a text: the name of an orchestration
  choice,         ///< a text: one of `choices`
  number,         ///< a whole number from `least` to `most`
  digits,         ///< the same; in a request a text, as it may be larger than programs read exactly
  time,           ///< a moment; as a word also an age, such as `2h`
  duration,       ///< `90s`; in a request milliseconds
  content,        ///< a text; as a word the file that holds it, or `-` for standard input
  directory,      ///< a path; in a request an absolute one
  file,           ///< a path
};

/// One argument of a command: how it is called and what it may be. The command line, its help, its
/// completion and the check of requests all follow this.
struct Argument {
  std::string_view name;  ///< in a request
  ArgumentType type = ArgumentType::text;
  /// On the command line: `-n,--name`, or a name without dashes for a word that is known by its place.
  /// Empty if only requests have it.
  std::string_view option{};
  std::string_view help{};
  bool required = false;
  bool repeats = false;  ///< may be given several times; in a request a list
  bool local = false;    ///< only the command line has it, and deals with it there
  std::span<const std::string_view> choices{};
  std::uint64_t least = 0;
  std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  /// What it is if it is not given.
  std::variant<std::monostate, std::string_view, std::uint64_t> by_default{};
};

/// `--name` of `-n,--name`; the name of a word that is known by its place.
[[nodiscard]] constexpr std::string_view long_name(const Argument& argument) {
  return argument.option.substr(argument.option.rfind(',') + 1);
}

/// `-n` of `-n,--name`; empty if there is none.
[[nodiscard]] constexpr std::string_view short_name(const Argument& argument) {
  const auto comma = argument.option.find(',');
  return comma == std::string_view::npos ? "" : argument.option.substr(0, comma);
}

/// Whether it is known by its place.
[[nodiscard]] constexpr bool is_positional(const Argument& argument) {
  return !argument.option.empty() && !argument.option.starts_with("-");
}

}  // namespace duroxide::gateway
