#pragma once

#include <string>
#include <string_view>

namespace duroxide::model {

/// A text that is looked for in others. The letters A to Z are the same as a to z; all other bytes are
/// compared as they are.
class SearchedText {
 public:
  explicit SearchedText(std::string_view text);

  [[nodiscard]] bool is_in(std::string_view text) const;

 private:
  std::string wanted_;  ///< in small letters
};

}  // namespace duroxide::model
