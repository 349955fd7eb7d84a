#pragma once

// Which functions and lambdas a source has, told by the brackets and words around a body.

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "lint/source.hpp"

namespace duroxide::lint {

/// Tokens from `begin` up to `end`, without it.
struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;

  [[nodiscard]] bool holds(std::size_t index) const { return index >= begin && index < end; }
  [[nodiscard]] bool empty() const { return begin == end; }
};

struct Function {
  std::size_t head = 0;  ///< its first token
  Range result;          ///< its return type, in front or behind an arrow
  Range captures;        ///< of a lambda, without the brackets
  Range parameters;      ///< without the brackets
  Range body;            ///< with its braces
  bool is_lambda = false;
  std::optional<std::size_t> parent;  ///< the one in whose body it stands
};

class Functions {
 public:
  explicit Functions(const Source& source);

  [[nodiscard]] const std::vector<Function>& all() const { return all_; }
  /// The innermost one in whose body the token stands, braces included.
  [[nodiscard]] std::optional<std::size_t> around(std::size_t token) const {
    return around_[token];
  }
  /// Whether it awaits, yields or returns as a coroutine does, not counting the lambdas in it.
  [[nodiscard]] bool is_coroutine(std::size_t function) const { return is_coroutine_[function]; }

 private:
  std::vector<Function> all_;
  std::vector<std::optional<std::size_t>> around_;
  std::vector<bool> is_coroutine_;
};

[[nodiscard]] bool contains(const Source& source, Range range, std::string_view word);

/// Whether the `[` there begins a lambda, not an index or an attribute.
[[nodiscard]] bool begins_lambda(const Source& source, std::size_t bracket);

/// The token behind the `>` that closes the `<` there; `no_token` if it is no list of arguments.
[[nodiscard]] std::size_t behind_angles(const Source& source, std::size_t open);

/// The `<` that the `>` there closes; `no_token` if it closes no list of arguments.
[[nodiscard]] std::size_t opening_angle(const Source& source, std::size_t close);

}  // namespace duroxide::lint
