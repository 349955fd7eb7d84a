#include "lint/functions.hpp"

#include <algorithm>
#include <array>

namespace duroxide::lint {

namespace {

template <std::size_t size>
bool is_one_of(const Source& source, std::size_t index,
               const std::array<std::string_view, size>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return source.is(index, word); });
}

constexpr std::array<std::string_view, 8> controls{"if",    "while",     "for",      "switch",
                                                   "catch", "constexpr", "co_await", "return"};
/// What may stand between a parameter list and a body.
constexpr std::array<std::string_view, 10> qualifiers{
    "const", "noexcept", "override", "final", "mutable", "volatile", "try", "&", "&&", "constexpr"};
/// What in brackets may stand there, with the word before it.
constexpr std::array<std::string_view, 3> bracketed{"noexcept", "requires", "throw"};
/// Lists of arguments are not longer than this.
constexpr std::size_t longest_type = 200;

bool is_in_type(const Source& source, std::size_t index) {
  constexpr std::array<std::string_view, 6> signs{"::", "<", ">", "*", "&", "&&"};
  return source.is_word(index) || is_one_of(source, index, signs);
}

/// The arrow before a return type that ends at `last`, if that is what stands there.
std::size_t arrow_before(const Source& source, std::size_t last) {
  std::size_t angles = 0;
  for (std::size_t at = last; at != no_token && last - at < longest_type; --at) {
    if (source.is(at, "->")) {
      return at;
    }
    if (source.is(at, ">")) {
      ++angles;
    } else if (source.is(at, "<") && angles > 0) {
      --angles;
    }
    const bool argument =
        angles > 0 && (source.is(at, ",") || source.is(at, "(") || source.is(at, ")") ||
                       source.is(at, "...") || source.tokens[at].kind == Token::Kind::number);
    if (!argument && !is_in_type(source, at)) {
      return no_token;
    }
  }
  return no_token;
}

/// Where the statement or declaration begins in which the token stands.
std::size_t beginning_of(const Source& source, std::size_t index) {
  std::size_t at = index;
  while (at > 0) {
    const std::size_t before = at - 1;
    const bool closes = source.is(before, ")") || source.is(before, "]");
    if (closes && source.partners[before] != no_token) {
      at = source.partners[before];
      continue;
    }
    if (source.is(before, ";") || source.is(before, "{") || source.is(before, "}") ||
        source.is(before, "(") || source.is(before, "[") || source.is(before, ",")) {
      // The arguments of a template have commas too; those before a type are not told apart.
      if (!source.is(before, ",")) {
        return at;
      }
    }
    if (source.is(before, ":") && before > 0 &&
        (source.is(before - 1, "public") || source.is(before - 1, "private") ||
         source.is(before - 1, "protected"))) {
      return at;
    }
    at = before;
  }
  return at;
}

/// The lambda whose parameter list opens there, if it is one: the bracket of its captures.
std::size_t captures_before(const Source& source, std::size_t open) {
  if (open == 0) {
    return no_token;
  }
  std::size_t last = open - 1;
  if (source.is(last, ">")) {
    const std::size_t angle = opening_angle(source, last);
    if (angle == no_token || angle == 0) {
      return no_token;
    }
    last = angle - 1;
  }
  if (!source.is(last, "]") || source.partners[last] == no_token) {
    return no_token;
  }
  return begins_lambda(source, source.partners[last]) ? source.partners[last] : no_token;
}

void fill_lambda(const Source& source, std::size_t bracket, Function& function) {
  function.is_lambda = true;
  function.head = bracket;
  function.captures = {bracket + 1, source.partners[bracket]};
}

/// The function whose body the brace opens, if it is one.
std::optional<Function> function_at(const Source& source, std::size_t brace) {
  Function function;
  if (source.partners[brace] == no_token) {
    return std::nullopt;
  }
  function.body = {brace, source.partners[brace] + 1};
  std::size_t last = brace - 1;  // before the first token there is `no_token`
  while (last != no_token) {
    if (is_one_of(source, last, qualifiers)) {
      --last;
      continue;
    }
    if (source.is(last, "]") && source.partners[last] != no_token) {
      const std::size_t open = source.partners[last];
      if (source.is(open + 1, "[")) {  // an attribute
        last = open - 1;
        continue;
      }
      if (!begins_lambda(source, open)) {
        return std::nullopt;
      }
      fill_lambda(source, open, function);
      return function;
    }
    if (source.is(last, ")") && source.partners[last] != no_token) {
      const std::size_t open = source.partners[last];
      if (open > 0 && is_one_of(source, open - 1, bracketed)) {
        last = open - 2;
        continue;
      }
      if (open > 0 && source.is(open - 1, "decltype")) {
        const std::size_t arrow = arrow_before(source, open - 1);
        if (arrow == no_token || arrow == 0) {
          return std::nullopt;
        }
        function.result = {arrow + 1, last + 1};
        last = arrow - 1;
        continue;
      }
      function.parameters = {open + 1, last};
      if (const std::size_t bracket = captures_before(source, open); bracket != no_token) {
        fill_lambda(source, bracket, function);
        return function;
      }
      if (open == 0 || is_one_of(source, open - 1, controls) ||
          !(source.is_word(open - 1) || source.is(open - 1, ">") || source.is(open - 1, ")") ||
            source.tokens[open - 1].kind == Token::Kind::sign)) {
        return std::nullopt;
      }
      function.head = beginning_of(source, open - 1);
      if (function.result.empty()) {
        function.result = {function.head, open - 1};
      }
      return function;
    }
    const std::size_t arrow = arrow_before(source, last);
    if (arrow == no_token || arrow == 0) {
      return std::nullopt;
    }
    function.result = {arrow + 1, last + 1};
    last = arrow - 1;
  }
  return std::nullopt;
}

}  // namespace

bool contains(const Source& source, Range range, std::string_view word) {
  for (std::size_t each = range.begin; each < range.end; ++each) {
    if (source.is(each, word)) {
      return true;
    }
  }
  return false;
}

bool begins_lambda(const Source& source, std::size_t bracket) {
  if (source.is(bracket + 1, "[") || source.partners[bracket] == no_token) {
    return false;
  }
  if (bracket == 0) {
    return true;
  }
  const std::size_t before = bracket - 1;
  if (source.is(before, "[")) {
    return false;
  }
  constexpr std::array<std::string_view, 6> before_a_value{"return",   "co_return", "co_yield",
                                                           "co_await", "else",      "case"};
  const bool indexed = source.is_word(before) || source.is(before, ")") || source.is(before, "]") ||
                       source.tokens[before].kind == Token::Kind::text;
  return !indexed || is_one_of(source, before, before_a_value);
}

std::size_t behind_angles(const Source& source, std::size_t open) {
  std::size_t depth = 0;
  for (std::size_t at = open; at < source.tokens.size() && at - open < longest_type; ++at) {
    if (source.is(at, "<")) {
      ++depth;
    } else if (source.is(at, ">")) {
      if (--depth == 0) {
        return at + 1;
      }
    } else if (source.is(at, "(") || source.is(at, "[")) {
      at = source.partners[at];
      if (at == no_token) {
        return no_token;
      }
    } else if (source.is(at, ";") || source.is(at, "{") || source.is(at, "}") ||
               source.is(at, ")") || source.is(at, "&&") || source.is(at, "||")) {
      return no_token;
    }
  }
  return no_token;
}

std::size_t opening_angle(const Source& source, std::size_t close) {
  std::size_t depth = 0;
  for (std::size_t at = close; at != no_token && close - at < longest_type; --at) {
    if (source.is(at, ">")) {
      ++depth;
    } else if (source.is(at, "<")) {
      if (--depth == 0) {
        return at;
      }
    } else if (source.is(at, ";") || source.is(at, "{") || source.is(at, "}")) {
      return no_token;
    }
  }
  return no_token;
}

Functions::Functions(const Source& source) : around_(source.tokens.size()) {
  for (std::size_t each = 0; each < source.tokens.size(); ++each) {
    if (!source.is(each, "{")) {
      continue;
    }
    if (auto function = function_at(source, each)) {
      function->parent = around_[each];
      // Those that follow in it are met later, and write over it.
      std::fill(around_.begin() + static_cast<std::ptrdiff_t>(function->body.begin),
                around_.begin() + static_cast<std::ptrdiff_t>(function->body.end), all_.size());
      all_.push_back(*function);
    }
  }
  is_coroutine_.resize(all_.size());
  for (std::size_t each = 0; each < source.tokens.size(); ++each) {
    const bool names_operator = each > 0 && source.is(each - 1, "operator");
    if (around_[each] && !names_operator && source.is_word(each) &&
        source.tokens[each].text.rfind("co_", 0) == 0 &&
        (source.is(each, "co_await") || source.is(each, "co_return") ||
         source.is(each, "co_yield"))) {
      is_coroutine_[*around_[each]] = true;
    }
  }
}

}  // namespace duroxide::lint
