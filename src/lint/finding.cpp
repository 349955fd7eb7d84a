#include "lint/finding.hpp"

#include <algorithm>

namespace duroxide::lint {

const std::vector<Rule>& rules() {
  static const std::vector<Rule> all{
      {"no-local", "a coroutine whose outermost block declares nothing, which GCC 12 gets wrong"},
      {"aggregate", "an aggregate made inside a co_await expression, which GCC 12 destroys twice"},
      {"capturing", "a lambda with captures inside a co_await expression: likewise"},
      {"clock", "the time of the machine, in an orchestration"},
      {"random", "randomness in an orchestration"},
      {"environment", "environment and process, in an orchestration"},
      {"thread", "threads, locks and sleeps, in an orchestration"},
      {"io", "files, sockets and programs, in an orchestration"},
      {"unordered", "a walk over an unordered container, in an orchestration"},
      {"client-call", "a call of a client, in an orchestration"},
      {"static-state", "static or global variables that change, in an orchestration"},
      {"allow", "a comment that silences a rule without a reason, or names none"}};
  return all;
}

bool is_rule(std::string_view name) {
  return std::any_of(rules().begin(), rules().end(),
                     [&](const Rule& each) { return each.name == name; });
}

std::string text_of(const Finding& finding) {
  std::string text = finding.file;
  text.append(":").append(std::to_string(finding.line));
  text.append(":").append(std::to_string(finding.column));
  text.append(": ").append(finding.rule).append(": ").append(finding.message);
  return text;
}

}  // namespace duroxide::lint
