#pragma once

// A C++ source as tokens. It is not parsed: what a line means is left to those who look for a shape.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace duroxide::lint {

/// No token: that of a bracket which nothing closes, say.
inline constexpr std::size_t no_token = static_cast<std::size_t>(-1);

struct Token {
  enum class Kind : std::uint8_t {
    word,    ///< a name or a keyword
    number,  ///< with its suffix
    text,    ///< a string or a character, raw ones too, with prefix, quotes and suffix
    sign,    ///< `>>` is two of them, as it closes two templates more often than it shifts
  };

  Kind kind = Kind::sign;
  std::string text;
  std::size_t line = 0;    ///< from 1
  std::size_t column = 0;  ///< from 1, in bytes
};

struct Comment {
  std::string text;  ///< without its slashes and stars
  std::size_t line = 0;
  std::size_t last_line = 0;
  bool alone = false;  ///< no code stands before it on its line
};

/// Tokens and comments of one file. Preprocessor lines are neither. Of what `#if` chooses from, all is
/// kept if each choice closes the brackets that it opens, else the first only; `#if 0` is left out.
struct Source {
  std::string path;
  std::vector<Token> tokens;
  std::vector<Comment> comments;
  /// For each bracket among the tokens the one that it belongs to, else `no_token`.
  std::vector<std::size_t> partners;

  /// Whether the token there is this; false beyond the end, and for strings.
  [[nodiscard]] bool is(std::size_t index, std::string_view text) const {
    return index < tokens.size() && tokens[index].kind != Token::Kind::text &&
           tokens[index].text == text;
  }
  [[nodiscard]] bool is_word(std::size_t index) const {
    return index < tokens.size() && tokens[index].kind == Token::Kind::word;
  }
};

[[nodiscard]] Source read_source(std::string path, std::string_view text);

}  // namespace duroxide::lint
