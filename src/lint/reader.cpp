#include "lint/reader.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace duroxide::lint {

namespace {

bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

bool is_in_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_blank(char c) {
  return c != '\0' && std::isspace(static_cast<unsigned char>(c)) != 0;
}

/// Signs that would mean something else if they were taken apart.
constexpr std::array<std::string_view, 22> long_signs{
    "<=>", "...", "->*", "<<=", "::", "->", "&&", "||", "==", "!=", "<=",
    ">=",  "+=",  "-=",  "*=",  "/=", "%=", "&=", "|=", "^=", "++", "--"};

}  // namespace

std::size_t Reader::splice(std::size_t ahead) const {
  if (at(ahead) != '\\') {
    return 0;
  }
  if (at(ahead + 1) == '\n') {
    return 2;
  }
  return at(ahead + 1) == '\r' && at(ahead + 2) == '\n' ? 3 : 0;
}

void Reader::step() {
  if (at() == '\n') {
    ++line_;
    column_ = 1;
    code_on_line_ = false;
  } else {
    ++column_;
  }
  ++place_;
}

void Reader::step(std::size_t count) {
  for (; count > 0 && !ended(); --count) {
    step();
  }
}

void Reader::skip_space() {
  while (!ended()) {
    if (const std::size_t length = splice(); length > 0) {
      step(length);
    } else if (is_blank(at()) || at() == '\0') {
      step();
    } else {
      return;
    }
  }
}

bool Reader::next() {
  skip_space();
  if (ended()) {
    return false;
  }
  if (at() == '/' && at(1) == '/') {
    read_line_comment();
  } else if (at() == '/' && at(1) == '*') {
    read_block_comment();
  } else if (at() == '#' && !code_on_line_) {
    read_directive();
  } else {
    token_ = {};
    token_.line = line_;
    token_.column = column_;
    found_ = Found::token;
    code_on_line_ = true;
    if (is_digit(at()) || (at() == '.' && is_digit(at(1)))) {
      read_number();
    } else if (at() == '"' || at() == '\'') {
      read_quoted();
    } else if (is_in_word(at())) {
      read_word();
    } else {
      read_sign();
    }
  }
  return true;
}

void Reader::read_line_comment() {
  comment_ = {{}, line_, line_, !code_on_line_};
  step(2);
  const std::size_t begin = place_;
  while (!ended() && at() != '\n') {
    step(std::max<std::size_t>(splice(), 1));
  }
  comment_.text = std::string(text_.substr(begin, place_ - begin));
  comment_.last_line = line_;
  found_ = Found::comment;
}

void Reader::read_block_comment() {
  comment_ = {{}, line_, line_, !code_on_line_};
  const bool alone = comment_.alone;
  step(2);
  const std::size_t begin = place_;
  const std::size_t end = std::min(text_.find("*/", begin), text_.size());
  step(end - begin);
  comment_.text = std::string(text_.substr(begin, end - begin));
  comment_.last_line = line_;
  step(2);
  code_on_line_ = !alone;
  found_ = Found::comment;
}

void Reader::read_directive() {
  step();
  const std::size_t begin = place_;
  std::size_t end = begin;
  while (!ended() && at() != '\n') {
    if (at() == '/' && at(1) == '*') {
      const std::size_t closed = text_.find("*/", place_ + 2);
      step(closed == std::string_view::npos ? text_.size() : closed + 2 - place_);
    } else if (at() == '/' && at(1) == '/') {
      break;                   // it is read as a comment
    } else if (at() == '"') {  // in which no comment begins
      step();
      while (!ended() && at() != '"' && at() != '\n') {
        step(splice() > 0 ? splice() : at() == '\\' ? 2 : 1);
      }
      step(at() == '"' ? 1 : 0);
      end = place_;
    } else {
      step(std::max<std::size_t>(splice(), 1));
      end = place_;
    }
  }
  code_on_line_ = true;
  directive_ = text_.substr(begin, end - begin);
  found_ = Found::directive;
}

void Reader::end_token(Token::Kind kind, std::size_t begin) {
  token_.kind = kind;
  token_.text = std::string(text_.substr(begin, place_ - begin));
}

void Reader::read_number() {
  const std::size_t begin = place_;
  while (!ended()) {
    const char c = at();
    const bool exponent =
        (c == 'e' || c == 'E' || c == 'p' || c == 'P') && (at(1) == '+' || at(1) == '-');
    if (exponent) {
      // In a number that is not hexadecimal, `e` has an exponent; else `p` has.
      const bool hexadecimal = text_.substr(begin, 2) == "0x" || text_.substr(begin, 2) == "0X";
      step(hexadecimal == (c == 'p' || c == 'P') ? 2 : 1);
    } else if (is_in_word(c) || c == '.' || (c == '\'' && is_in_word(at(1)))) {
      step();
    } else {
      break;
    }
  }
  end_token(Token::Kind::number, begin);
}

void Reader::read_word() {
  const std::size_t begin = place_;
  while (is_in_word(at())) {
    step();
  }
  const std::string_view word = text_.substr(begin, place_ - begin);
  if (at() == '"' &&
      (word == "R" || word == "LR" || word == "uR" || word == "UR" || word == "u8R")) {
    read_raw();
    end_token(Token::Kind::text, begin);
  } else if ((at() == '"' || at() == '\'') &&
             (word == "L" || word == "u" || word == "U" || word == "u8")) {
    read_quoted();
    end_token(Token::Kind::text, begin);
  } else {
    end_token(Token::Kind::word, begin);
  }
}

void Reader::read_raw() {
  const std::size_t quote = place_;
  const std::size_t bracket = text_.find('(', quote);
  if (bracket == std::string_view::npos) {
    step(text_.size() - place_);
    return;
  }
  const std::string closing =
      ")" + std::string(text_.substr(quote + 1, bracket - quote - 1)) + "\"";
  const std::size_t end = text_.find(closing, bracket);
  step((end == std::string_view::npos ? text_.size() : end + closing.size()) - place_);
  code_on_line_ = true;
  while (is_in_word(at())) {
    step();
  }
}

void Reader::read_quoted() {
  const std::size_t begin = place_;
  const char quote = at();
  step();
  while (!ended() && at() != quote && at() != '\n') {
    if (const std::size_t length = splice(); length > 0) {
      step(length);
    } else {
      step(at() == '\\' ? 2 : 1);
    }
  }
  if (at() == quote) {
    step();
  }
  code_on_line_ = true;
  while (is_in_word(at())) {
    step();
  }
  end_token(Token::Kind::text, begin);
}

void Reader::read_sign() {
  const std::size_t begin = place_;
  for (const std::string_view sign : long_signs) {
    if (text_.substr(begin, sign.size()) == sign) {
      step(sign.size());
      end_token(Token::Kind::sign, begin);
      return;
    }
  }
  step(text_.substr(begin, 2) == "<<" ? 2 : 1);
  end_token(Token::Kind::sign, begin);
}

}  // namespace duroxide::lint
