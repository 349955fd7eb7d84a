#include "lint/shapes.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace duroxide::lint {

namespace {

constexpr std::string_view no_local =
    "GCC 12 compiles this coroutine wrongly, as its outermost block declares nothing and holds an "
    "if, while, for, switch or try around a co_await: declare any local variable in that block";
constexpr std::string_view aggregate =
    "GCC 12 destroys an aggregate twice that is made inside a co_await expression: write "
    "input<Type>(members...), or give it a name in a statement before";
constexpr std::string_view capturing =
    "GCC 12 destroys a lambda with captures twice that is made inside a co_await expression: give "
    "it a name in a statement before";

template <std::size_t size>
bool is_any(const Source& source, std::size_t index,
            const std::array<std::string_view, size>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return source.is(index, word); });
}

/// The statements of the outermost level of a block.
std::vector<Range> statements_of(const Source& source, Range block) {
  constexpr std::array<std::string_view, 10> going_on{";",    ",",     ".",     ")", "=",
                                                      "else", "catch", "while", "-", "+"};
  std::vector<Range> statements;
  std::size_t start = block.begin + 1;
  for (std::size_t at = start; at + 1 < block.end; ++at) {
    const bool brace = source.is(at, "{");
    if ((brace || source.is(at, "(") || source.is(at, "[")) && source.partners[at] != no_token) {
      at = source.partners[at];
      if (brace && !is_any(source, at + 1, going_on) && !source.is(at + 1, "*")) {
        statements.push_back({start, at + 1});
        start = at + 1;
      }
    } else if (source.is(at, ";")) {
      statements.push_back({start, at + 1});
      start = at + 1;
    }
  }
  return statements;
}

bool is_control(const Source& source, std::size_t index) {
  constexpr std::array<std::string_view, 6> words{"if", "while", "for", "switch", "try", "do"};
  return is_any(source, index, words);
}

/// Whether a statement declares a variable: a type, a name, and an initialiser or nothing.
bool declares_variable(const Source& source, Range statement) {
  constexpr std::array<std::string_view, 17> no_type{
      "return", "co_return", "co_await", "co_yield", "throw",        "else",
      "delete", "new",       "using",    "goto",     "case",         "default",
      "struct", "typedef",   "class",    "enum",     "static_assert"};
  constexpr std::array<std::string_view, 10> specifiers{
      "static",   "constexpr", "const", "volatile", "thread_local",
      "unsigned", "signed",    "long",  "short",    "typename"};
  constexpr std::array<std::string_view, 4> pointers{"&", "&&", "*", "const"};
  constexpr std::array<std::string_view, 6> beginnings{"=", "{", "(", ";", "[", ","};
  std::size_t at = statement.begin;
  if (is_control(source, at)) {
    return false;  // `if constexpr (` looks like a type and a name
  }
  while (source.is(at, "[") && source.is(at + 1, "[") && source.partners[at] != no_token) {
    at = source.partners[at] + 1;
  }
  bool type = false;
  while (is_any(source, at, specifiers)) {
    type =
        type || !(source.is(at, "static") || source.is(at, "constexpr") || source.is(at, "const"));
    ++at;
  }
  while (source.is(at, "alignas") && source.is(at + 1, "(") &&
         source.partners[at + 1] != no_token) {
    at = source.partners[at + 1] + 1;
  }
  if ((source.is(at, "struct") || source.is(at, "class") || source.is(at, "enum")) &&
      source.is_word(at + 1) && source.is_word(at + 2) && !source.is(at + 2, "final")) {
    ++at;  // `struct Place place;`: the word before a type that was defined elsewhere
  }
  if (is_any(source, at, no_type)) {
    return false;
  }
  if (source.is(at, "decltype") && source.is(at + 1, "(") && source.partners[at + 1] != no_token) {
    at = source.partners[at + 1];  // as if it were the last word of a type
    while (is_any(source, at + 1, pointers)) {
      ++at;
    }
    return source.is_word(at + 1) && is_any(source, at + 2, beginnings);
  }
  // `unsigned n`: the type is there already.
  const bool name_follows = type && is_any(source, at + 1, beginnings);
  if (!name_follows) {
    if (source.is(at, "::")) {
      ++at;
    }
    while (source.is_word(at)) {
      ++at;
      if (source.is(at, "<")) {
        at = behind_angles(source, at);
      }
      if (!source.is(at, "::")) {
        break;
      }
      ++at;
    }
    if (at == no_token || at == statement.begin) {
      return false;
    }
    while (is_any(source, at, pointers)) {
      ++at;
    }
  }
  if (source.is(at, "[") && source.partners[at] != no_token) {  // names for the parts of a value
    return source.is(source.partners[at] + 1, "=") &&
           contains(source, {statement.begin, at}, "auto");
  }
  if (source.is(at, "(") && source.is(at + 1, "*") && source.is_word(at + 2) &&
      source.is(at + 3, ")") && source.is(at + 4, "(")) {  // a pointer to a function
    return at > statement.begin;
  }
  return source.is_word(at) && is_any(source, at + 1, beginnings) && at > statement.begin;
}

class Shapes {
 public:
  Shapes(const Source& source, const Functions& functions, const std::set<std::string>& aggregates,
         std::vector<Finding>& findings)
      : source_(source), functions_(functions), aggregates_(aggregates), findings_(findings) {}

  void look_at(std::size_t function) {
    const Range body = functions_.all()[function].body;
    look_for_local(function, body);
    for (std::size_t at = body.begin; at < body.end; ++at) {
      if (is_await(at) && functions_.around(at) == function) {
        look_at_expression(function, at);
      }
    }
  }

 private:
  /// Not where the function `operator co_await` is named.
  [[nodiscard]] bool is_await(std::size_t at) const {
    return source_.is(at, "co_await") && !(at > 0 && source_.is(at - 1, "operator"));
  }

  [[nodiscard]] bool awaits(std::size_t function, Range statement) const {
    for (std::size_t at = statement.begin; at < statement.end; ++at) {
      if (is_await(at) && functions_.around(at) == function) {
        return true;
      }
    }
    return false;
  }

  void look_for_local(std::size_t function, Range body) {
    std::optional<std::size_t> control;
    for (const Range statement : statements_of(source_, body)) {
      if (declares_variable(source_, statement)) {
        return;
      }
      if (!control && is_control(source_, statement.begin) && awaits(function, statement)) {
        control = statement.begin;
      }
    }
    if (control) {
      add(*control, "no-local", no_local);
    }
  }

  /// What is made in the rest of the statement, and in its own condition if it is that of an `if`.
  void look_at_expression(std::size_t function, std::size_t await) {
    const std::size_t end = functions_.all()[function].body.end;
    for (std::size_t at = await + 1; at < end; ++at) {
      if (functions_.around(at) != function) {
        continue;  // in a lambda
      }
      if (source_.is(at, ";")) {
        return;
      }
      if (source_.is(at, ")") && source_.partners[at] != no_token && source_.partners[at] < await &&
          ends_condition(at)) {
        return;
      }
      if (source_.is(at, "{") && makes_aggregate(at)) {
        add(at_name(at), "aggregate", aggregate);
      } else if (source_.is(at, "[") && begins_lambda(source_, at) &&
                 source_.partners[at] > at + 1) {
        add(at, "capturing", capturing);
      }
    }
  }

  [[nodiscard]] bool ends_condition(std::size_t close) const {
    constexpr std::array<std::string_view, 5> words{"if", "while", "for", "switch", "constexpr"};
    const std::size_t open = source_.partners[close];
    return open > 0 && is_any(source_, open - 1, words);
  }

  [[nodiscard]] bool makes_aggregate(std::size_t brace) const {
    if (source_.is(brace + 1, ".") && source_.is_word(brace + 2) && source_.is(brace + 3, "=")) {
      return true;
    }
    return source_.is_word(brace - 1) && aggregates_.count(source_.tokens[brace - 1].text) > 0;
  }

  /// The type before the brace, if one is named.
  [[nodiscard]] std::size_t at_name(std::size_t brace) const {
    return source_.is_word(brace - 1) ? brace - 1 : brace;
  }

  void add(std::size_t token, std::string_view rule, std::string_view message) {
    const Token& at = source_.tokens[token];
    findings_.push_back({source_.path, at.line, at.column, rule, std::string(message)});
  }

  const Source& source_;
  const Functions& functions_;
  const std::set<std::string>& aggregates_;
  std::vector<Finding>& findings_;
};

}  // namespace

std::set<std::string> aggregates_of(const Source& source) {
  std::set<std::string> names;
  for (std::size_t at = 0; at + 2 < source.tokens.size(); ++at) {
    if (!source.is(at, "struct") || !source.is_word(at + 1)) {
      continue;
    }
    const std::size_t brace = at + (source.is(at + 2, "final") ? 3 : 2);
    if (!source.is(brace, "{") || source.partners[brace] == no_token) {
      continue;
    }
    const std::string& name = source.tokens[at + 1].text;
    bool constructed = false;
    for (std::size_t in = brace + 1; in < source.partners[brace]; ++in) {
      constructed =
          constructed || (source.is(in, name) && source.is(in + 1, "(") && !source.is(in - 1, "~"));
    }
    if (!constructed) {
      names.insert(name);
    }
  }
  return names;
}

void find_shapes(const Source& source, const Functions& functions,
                 const std::set<std::string>& aggregates, std::vector<Finding>& findings) {
  Shapes shapes(source, functions, aggregates, findings);
  for (std::size_t each = 0; each < functions.all().size(); ++each) {
    if (functions.is_coroutine(each)) {
      shapes.look_at(each);
    }
  }
}

}  // namespace duroxide::lint
