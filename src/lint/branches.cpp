#include "lint/branches.hpp"

#include <algorithm>
#include <string>

namespace duroxide::lint {

namespace {

std::string_view first_word(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  return line.substr(0, line.find_first_of(" \t(\r\n"));
}

std::string_view behind_first_word(std::string_view line) {
  const std::string_view word = first_word(line);
  line.remove_prefix(static_cast<std::size_t>(word.data() - line.data()) + word.size());
  const auto begin = std::min(line.find_first_not_of(" \t"), line.size());
  const auto end = line.find_last_not_of(" \t\r\n");
  return end == std::string_view::npos ? std::string_view() : line.substr(begin, end + 1 - begin);
}

bool is_sign(const Token& token, std::string_view signs) {
  return token.kind == Token::Kind::sign && token.text.size() == 1 &&
         signs.find(token.text) != std::string_view::npos;
}

/// Whether every bracket that is opened in there is closed there, and no other.
bool is_balanced(const std::vector<Token>& tokens, std::size_t begin, std::size_t end) {
  long depth = 0;
  for (std::size_t each = begin; each < end; ++each) {
    depth += is_sign(tokens[each], "([{") ? 1 : is_sign(tokens[each], ")]}") ? -1 : 0;
    if (depth < 0) {
      return false;
    }
  }
  return depth == 0;
}

}  // namespace

bool Branches::counts() const {
  return std::none_of(groups_.begin(), groups_.end(), [](const Group& each) { return each.never; });
}

void Branches::meet(std::string_view directive, std::vector<Token>& tokens) {
  const std::string_view word = first_word(directive);
  if (word == "if" || word == "ifdef" || word == "ifndef") {
    Group group;
    group.starts.push_back(tokens.size());
    group.never = word == "if" && behind_first_word(directive) == "0";
    group.was_never = group.never;
    groups_.push_back(std::move(group));
  } else if ((word == "else" || word == "elif") && !groups_.empty()) {
    groups_.back().starts.push_back(tokens.size());
    groups_.back().never = false;
  } else if (word == "endif" && !groups_.empty()) {
    end(groups_.back(), tokens);
    groups_.pop_back();
  }
}

void Branches::end(const Group& group, std::vector<Token>& tokens) const {
  bool balanced = true;
  for (std::size_t each = 0; each < group.starts.size(); ++each) {
    const bool last = each + 1 == group.starts.size();
    balanced = balanced && is_balanced(tokens, group.starts[each],
                                       last ? tokens.size() : group.starts[each + 1]);
  }
  // That of `#if 0` is empty, so the next is the first that counts.
  const std::size_t dropped = group.was_never ? 2 : 1;
  if (!balanced && group.starts.size() > dropped) {
    tokens.resize(group.starts[dropped]);
  }
}

}  // namespace duroxide::lint
