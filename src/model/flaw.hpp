#pragma once

// What checks and decoders answer below the place where it is known who is to be told.

#include <string>
#include <utility>

#include <duroxide/result.hpp>

namespace duroxide::model {

/// Why an argument, a request or stored bytes are not acceptable. Whoever knows whose they are makes
/// an error with a category of it: a wrong argument for one, damage of a store for the other.
struct Flaw {
  std::string what;  ///< for people; names what is wrong and the rule that it breaks

  bool operator==(const Flaw&) const = default;
};

/// The answer of a check: nothing, or the first flaw that it has found.
using Checked = Result<void, Flaw>;

/// Makes the error side of a result: `return flaw("the name is empty");`.
[[nodiscard]] inline auto flaw(std::string what) {
  return failure(Flaw{std::move(what)});
}

}  // namespace duroxide::model
