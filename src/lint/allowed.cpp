#include "lint/allowed.hpp"

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

namespace duroxide::lint {

namespace {

constexpr std::string_view mark = "duroxide-lint:";
constexpr std::string_view allow = "allow(";

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  while (!text.empty() && blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && blank(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

/// Lines for which a rule does not count.
struct Allowed {
  std::string_view rule;
  std::size_t first = 0;
  std::size_t last = 0;
};

/// The lines for which a comment counts.
Allowed lines_of(const Source& source, const Functions& functions, const Comment& comment) {
  if (!comment.alone) {
    return {{}, comment.line, comment.line};
  }
  const auto next = std::find_if(source.tokens.begin(), source.tokens.end(),
                                 [&](const Token& each) { return each.line > comment.last_line; });
  if (next == source.tokens.end()) {
    return {{}, comment.line, comment.line};
  }
  const auto index = static_cast<std::size_t>(next - source.tokens.begin());
  Allowed lines{{}, next->line, next->line};
  for (const Function& each : functions.all()) {
    if (each.head == index) {
      lines.last = source.tokens[each.body.end - 1].line;
    }
  }
  return lines;
}

}  // namespace

void heed_comments(const Source& source, const Functions& functions,
                   std::vector<Finding>& findings) {
  std::vector<Allowed> allowed;
  for (const Comment& comment : source.comments) {
    const std::size_t marked = comment.text.find(mark);
    if (marked == std::string::npos) {
      continue;
    }
    const auto complain = [&](std::string message) {
      findings.push_back({source.path, comment.line, 1, "allow", std::move(message)});
    };
    const std::string_view order =
        trimmed(std::string_view(comment.text).substr(marked + mark.size()));
    const std::size_t closed = order.find(')');
    if (order.substr(0, allow.size()) != allow || closed == std::string_view::npos) {
      complain("after `duroxide-lint:` write `allow(rule) reason`");
      continue;
    }
    const std::string_view named = trimmed(order.substr(allow.size(), closed - allow.size()));
    const auto rule = std::find_if(rules().begin(), rules().end(),
                                   [&](const Rule& each) { return each.name == named; });
    if (rule == rules().end() || named == "allow") {
      complain("there is no rule `" + std::string(named) +
               "` to allow; `duroxide lint --help` lists them");
    } else if (trimmed(order.substr(closed + 1)).empty()) {
      complain("say behind `allow(" + std::string(named) + ")` why this is right here");
    } else {
      allowed.push_back(lines_of(source, functions, comment));
      allowed.back().rule = rule->name;
    }
  }
  const auto is_allowed = [&](const Finding& finding) {
    return std::any_of(allowed.begin(), allowed.end(), [&](const Allowed& each) {
      return each.rule == finding.rule && finding.line >= each.first && finding.line <= each.last;
    });
  };
  findings.erase(std::remove_if(findings.begin(), findings.end(), is_allowed), findings.end());
}

}  // namespace duroxide::lint
