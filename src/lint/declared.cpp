#include "lint/declared.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace duroxide::lint {

namespace {

bool is_unordered_type(const Source& source, std::size_t index,
                       const std::set<std::string>& types) {
  return source.is_word(index) && (source.tokens[index].text.rfind("unordered_", 0) == 0 ||
                                   types.count(source.tokens[index].text) > 0);
}

template <std::size_t size>
bool is_among(const Source& source, std::size_t index,
              const std::array<std::string_view, size>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return source.is(index, word); });
}

/// The name that a declaration at namespace scope gives to a variable that may change.
std::optional<std::string> variable_of(const Source& source, Range statement) {
  constexpr std::array<std::string_view, 16> no_variable{
      "using",   "typedef",   "template", "class",    "struct",        "enum",
      "union",   "friend",    "extern",   "const",    "static_assert", "constexpr",
      "concept", "namespace", "operator", "consteval"};
  std::size_t words = 0;
  std::size_t last_word = no_token;
  for (std::size_t at = statement.begin; at < statement.end; ++at) {
    if (is_among(source, at, no_variable) || source.is(at, "(")) {
      return std::nullopt;
    }
    if (source.is(at, "=") || source.is(at, "{") || source.is(at, ";") || source.is(at, "[")) {
      if (source.is(at, "[") && source.is(at + 1, "[") && source.partners[at] != no_token) {
        at = source.partners[at];
        continue;
      }
      break;
    }
    if (source.is(at, "<")) {
      const std::size_t behind = behind_angles(source, at);
      if (behind == no_token) {
        return std::nullopt;
      }
      at = behind - 1;
    } else if (source.is_word(at)) {
      const bool joined = at > statement.begin && source.is(at - 1, "::");
      words += joined ? 0 : 1;
      last_word = at;
    }
  }
  if (words < 2 || last_word == no_token || source.is(last_word - 1, "::")) {
    return std::nullopt;
  }
  return source.tokens[last_word].text;
}

/// Whether the brace is that of a namespace, so that what is in it is no less global.
bool opens_namespace(const Source& source, std::size_t brace) {
  std::size_t at = brace;
  while (at > 0 && (source.is_word(at - 1) || source.is(at - 1, "::"))) {
    --at;
    if (source.is(at, "namespace")) {
      return true;
    }
  }
  return at > 0 && source.tokens[at - 1].kind == Token::Kind::text && at > 1 &&
         source.is(at - 2, "extern");
}

}  // namespace

std::set<std::string> unordered_types(const Source& source) {
  std::set<std::string> types;
  for (std::size_t at = 0; at + 3 < source.tokens.size(); ++at) {
    if (!source.is(at, "using") || !source.is_word(at + 1) || !source.is(at + 2, "=")) {
      continue;
    }
    const std::size_t type = at + (source.is(at + 3, "std") && source.is(at + 4, "::") ? 5 : 3);
    if (source.is_word(type) && source.tokens[type].text.rfind("unordered_", 0) == 0) {
      types.insert(source.tokens[at + 1].text);
    }
  }
  return types;
}

std::vector<UnorderedName> unordered_names(const Source& source,
                                           const std::set<std::string>& types) {
  std::vector<UnorderedName> names;
  for (std::size_t at = 0; at < source.tokens.size(); ++at) {
    if (!is_unordered_type(source, at, types)) {
      continue;
    }
    std::size_t behind = source.is(at + 1, "<") ? behind_angles(source, at + 1) : at + 1;
    while (behind != no_token && (source.is(behind, "&") || source.is(behind, "&&") ||
                                  source.is(behind, "*") || source.is(behind, "const"))) {
      ++behind;
    }
    if (behind != no_token && source.is_word(behind)) {
      names.push_back({source.tokens[behind].text, behind});
    }
  }
  return names;
}

std::set<std::string> global_variables(const Source& source, const Functions& functions) {
  std::set<std::string> names;
  std::size_t start = 0;
  for (std::size_t at = 0; at < source.tokens.size(); ++at) {
    if (source.is(at, "{")) {
      if (opens_namespace(source, at)) {
        start = at + 1;
        continue;
      }
      const bool body = functions.around(at).has_value();
      if (source.partners[at] != no_token) {
        at = source.partners[at];
      }
      if (body) {
        start = at + 1;
      }
    } else if (source.is(at, "}")) {
      start = at + 1;
    } else if (source.is(at, ";")) {
      if (auto name = variable_of(source, {start, at + 1})) {
        names.insert(std::move(*name));
      }
      start = at + 1;
    }
  }
  return names;
}

bool declares(const Source& source, const Function& function, const std::string& name) {
  constexpr std::array<std::string_view, 4> before_a_use{"return", "co_return", "co_yield",
                                                         "co_await"};
  constexpr std::array<std::string_view, 10> behind_a_name{"=", "{", ";", ",", ")",
                                                           ":", "(", "[", "]", "}"};
  const auto declared_at = [&](std::size_t at) {
    if (at == 0 || !source.is(at, name) || !is_among(source, at + 1, behind_a_name)) {
      return false;
    }
    // A type, or a reference to one, or the names of the parts of a value.
    return (source.is_word(at - 1) && !is_among(source, at - 1, before_a_use) &&
            !source.is(at - 1, "else")) ||
           source.is(at - 1, ">") ||
           ((source.is(at - 1, "&") || source.is(at - 1, "*")) && at > 1 &&
            (source.is_word(at - 2) || source.is(at - 2, ">")) && source.is(at + 1, ":"));
  };
  for (std::size_t at = function.parameters.begin; at < function.parameters.end; ++at) {
    if (source.is(at, name) &&
        (at + 1 == function.parameters.end || source.is(at + 1, ",") || source.is(at + 1, "="))) {
      return true;
    }
  }
  for (std::size_t at = function.body.begin; at < function.body.end; ++at) {
    if (declared_at(at)) {
      return true;
    }
  }
  return false;
}

}  // namespace duroxide::lint
