#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace duroxide::lint {

/// What can be wrong. `allow` is a comment that silences without a reason, or a rule that there is not.
struct Rule {
  std::string_view name;
  std::string_view help;  ///< in one line
};

/// All, as help lists them.
[[nodiscard]] const std::vector<Rule>& rules();
[[nodiscard]] bool is_rule(std::string_view name);

struct Finding {
  std::string file;
  std::size_t line = 0;
  std::size_t column = 0;
  std::string_view rule;  ///< one of `rules()`
  std::string message;    ///< a sentence that says what is wrong and what to write instead
};

/// `file:line:column: rule: message`.
[[nodiscard]] std::string text_of(const Finding& finding);

}  // namespace duroxide::lint
