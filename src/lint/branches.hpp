#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "lint/source.hpp"

namespace duroxide::lint {

/// Follows `#if` and its like through a file. Which choice a compiler would make nobody knows here, so
/// all are read one after the other; but if a choice opens a bracket that another closes, or closes
/// again, only the first is kept, as they would not fit together.
class Branches {
 public:
  /// Whether what stands here is read at all; not below `#if 0`.
  [[nodiscard]] bool counts() const;

  /// `directive` is a preprocessor line without its `#`; `tokens` are those so far, from which choices
  /// that do not fit are removed.
  void meet(std::string_view directive, std::vector<Token>& tokens);

 private:
  struct Group {
    std::vector<std::size_t> starts;  ///< the first token of each choice
    bool never = false;               ///< the choice that is read now is that of `#if 0`
    bool was_never = false;           ///< the first choice was
  };

  void end(const Group& group, std::vector<Token>& tokens) const;

  std::vector<Group> groups_;
};

}  // namespace duroxide::lint
