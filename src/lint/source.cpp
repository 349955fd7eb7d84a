#include "lint/source.hpp"

#include <utility>

#include "lint/branches.hpp"
#include "lint/reader.hpp"

namespace duroxide::lint {

namespace {

bool opens(std::string_view sign) {
  return sign == "(" || sign == "[" || sign == "{";
}

std::string_view opening_of(std::string_view sign) {
  return sign == ")" ? "(" : sign == "]" ? "[" : sign == "}" ? "{" : "";
}

/// A bracket that does not fit is passed over, so that one odd line does not spoil a file.
std::vector<std::size_t> partners_of(const std::vector<Token>& tokens) {
  std::vector<std::size_t> partners(tokens.size(), no_token);
  std::vector<std::size_t> open;
  for (std::size_t each = 0; each < tokens.size(); ++each) {
    if (tokens[each].kind != Token::Kind::sign) {
      continue;
    }
    if (opens(tokens[each].text)) {
      open.push_back(each);
      continue;
    }
    const std::string_view opening = opening_of(tokens[each].text);
    if (opening.empty()) {
      continue;
    }
    auto last = open.rbegin();
    while (last != open.rend() && tokens[*last].text != opening) {
      ++last;
    }
    if (last != open.rend()) {
      partners[*last] = each;
      partners[each] = *last;
      open.erase(std::prev(last.base()), open.end());
    }
  }
  return partners;
}

}  // namespace

Source read_source(std::string path, std::string_view text) {
  Source source;
  source.path = std::move(path);
  Branches branches;
  Reader reader(text);
  while (reader.next()) {
    switch (reader.found()) {
      case Reader::Found::token:
        if (branches.counts()) {
          source.tokens.push_back(reader.take_token());
        }
        break;
      case Reader::Found::comment:
        source.comments.push_back(reader.take_comment());
        break;
      case Reader::Found::directive:
        branches.meet(reader.directive(), source.tokens);
        break;
    }
  }
  source.partners = partners_of(source.tokens);
  return source;
}

}  // namespace duroxide::lint
