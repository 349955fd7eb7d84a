#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "lint/source.hpp"

namespace duroxide::lint {

/// Takes the text of a source apart, one token, comment or preprocessor line after the other. A quote
/// or comment that nothing ends goes on to the end of its line, or of the file if it may have lines.
class Reader {
 public:
  enum class Found : std::uint8_t { token, comment, directive };

  explicit Reader(std::string_view text) : text_(text) {}

  /// Reads on; false at the end.
  [[nodiscard]] bool next();
  [[nodiscard]] Found found() const { return found_; }
  [[nodiscard]] Token take_token() { return std::move(token_); }
  [[nodiscard]] Comment take_comment() { return std::move(comment_); }
  /// A preprocessor line without its `#`, with the lines on which it goes on.
  [[nodiscard]] std::string_view directive() const { return directive_; }

 private:
  [[nodiscard]] char at(std::size_t ahead = 0) const {
    return place_ + ahead < text_.size() ? text_[place_ + ahead] : '\0';
  }
  [[nodiscard]] bool ended() const { return place_ >= text_.size(); }
  /// The length of a line break that a backslash takes back, if one stands `ahead`; else 0.
  [[nodiscard]] std::size_t splice(std::size_t ahead = 0) const;
  void step();
  void step(std::size_t count);

  void skip_space();
  void read_line_comment();
  void read_block_comment();
  void read_directive();
  void read_number();
  void read_word();
  void read_quoted();
  void read_raw();
  void read_sign();
  void end_token(Token::Kind kind, std::size_t begin);

  std::string_view text_;
  std::size_t place_ = 0;
  std::size_t line_ = 1;
  std::size_t column_ = 1;
  bool code_on_line_ = false;
  Found found_ = Found::token;
  Token token_;
  Comment comment_;
  std::string_view directive_;
};

}  // namespace duroxide::lint
